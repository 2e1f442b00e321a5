#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

int file_write_all(int descriptor, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

int file_replace(const char *path, mode_t mode, const char *data, size_t size)
{
    SCOPED_MEMORY char *temporary = memory_format("%s.%d", path, (int)getpid());
    int descriptor;
    int result;

    unlink(temporary);
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0)
        return log_errno(errno, "cannot create %s", temporary);
    result = file_write_all(descriptor, data, size);
    if (close(descriptor) < 0 && result == 0)
        result = -errno;
    if (result == 0 && rename(temporary, path) < 0)
        result = -errno;
    if (result == 0)
        return 0;
    unlink(temporary);
    return log_errno(-result, "cannot write %s", path);
}
