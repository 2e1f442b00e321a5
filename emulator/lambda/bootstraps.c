#include "lambda/bootstraps.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#define EMBEDDED_FOLDER "emulator/lambda/bootstrap/"

static bool is_bootstrap(const struct embedded_file *file)
{
    return text_behind(file->name, EMBEDDED_FOLDER);
}

static char *path_of(const struct embedded_file *file, const char *directory)
{
    return memory_format("%s/%s", directory, file->name + strlen(EMBEDDED_FOLDER));
}

int bootstraps_write(const char *directory)
{
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        SCOPED_MEMORY char *path = NULL;
        int result;

        if (!is_bootstrap(file))
            continue;
        path   = path_of(file, directory);
        result = file_replace(path, 0644, file->data, file->size);
        if (result < 0)
            return result;
    }
    return 0;
}

static bool are_there(const char *directory)
{
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        SCOPED_MEMORY char *path = is_bootstrap(file) ? path_of(file, directory) : NULL;

        if (path && access(path, F_OK) < 0)
            return false;
    }
    return true;
}

void bootstraps_keep(const char *directory)
{
    const char *slash          = strrchr(directory, '/');
    SCOPED_MEMORY char *folder = NULL;

    if (are_there(directory))
        return;
    log_warn(NULL,
             "files in %s were deleted while they are in use: the bootstraps are written again, "
             "start again for the database and the certificates",
             directory);
    folder = memory_format("%.*s", slash ? (int)(slash - directory) : 0, directory);
    mkdir(folder, 0755);
    mkdir(directory, 0755);
    bootstraps_write(directory);
}
