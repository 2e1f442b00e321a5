#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#define READ_SIZE 65536

/* 0, or a negative errno for what can't be read to its end: a folder, a pipe, a device. */
static int check_is_file(int file)
{
    struct stat status;

    if (fstat(file, &status) < 0)
        return -errno;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    return S_ISREG(status.st_mode) ? 0 : -ESPIPE;
}

static int read_all(int file, size_t size_max, struct text *contents)
{
    size_t end   = contents->size + size_max + 1;
    ssize_t size = check_is_file(file);

    while (size >= 0 && contents->size < end) {
        size_t most = end - contents->size < READ_SIZE ? end - contents->size : READ_SIZE;

        size = read(file, text_reserve(contents, most), most);
        if (size < 0)
            return -errno;
        if (size == 0)
            return 0;
        text_grow(contents, (size_t)size);
    }
    return (int)(size < 0 ? size : 0);
}

int file_read(const char *path, size_t size_max, struct text *contents)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not stop us */
    int result;

    if (file < 0)
        return -errno;
    result = read_all(file, size_max, contents);
    close(file);
    return result;
}

bool file_is_in(const char *path, const char *folder)
{
    size_t size = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return path[0] == '/';
    return strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

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
