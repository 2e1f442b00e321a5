#include "lambda/bootstraps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/log.h"
#include "base/memory.h"

#define EMBEDDED_FOLDER "emulator/lambda/bootstrap/"

static int write_all(int file, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, data, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

/* By way of another name: a process that starts meanwhile sees the old file or the new one. */
static int replace_file(const char *path, const char *data, size_t size)
{
    SCOPED_MEMORY char *temporary = memory_format("%s.%d", path, getpid());
    int result;
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (file < 0)
        return log_errno(errno, "cannot write %s", temporary);
    result = write_all(file, data, size);
    close(file);
    if (result == 0 && rename(temporary, path) < 0)
        result = -errno;
    if (result < 0) {
        unlink(temporary);
        return log_errno(-result, "cannot write %s", path);
    }
    return 0;
}

int bootstraps_write(const char *directory)
{
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        SCOPED_MEMORY char *path = NULL;
        int result;

        if (strncmp(file->name, EMBEDDED_FOLDER, strlen(EMBEDDED_FOLDER)) != 0)
            continue;
        path   = memory_format("%s/%s", directory, file->name + strlen(EMBEDDED_FOLDER));
        result = replace_file(path, file->data, file->size);
        if (result < 0)
            return result;
    }
    return 0;
}
