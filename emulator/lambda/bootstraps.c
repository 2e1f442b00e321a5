#include "lambda/bootstraps.h"

#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/memory.h"

#define EMBEDDED_FOLDER "emulator/lambda/bootstrap/"

int bootstraps_write(const char *directory)
{
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        SCOPED_MEMORY char *path = NULL;
        int result;

        if (strncmp(file->name, EMBEDDED_FOLDER, strlen(EMBEDDED_FOLDER)) != 0)
            continue;
        path   = memory_format("%s/%s", directory, file->name + strlen(EMBEDDED_FOLDER));
        result = file_replace(path, 0644, file->data, file->size);
        if (result < 0)
            return result;
    }
    return 0;
}
