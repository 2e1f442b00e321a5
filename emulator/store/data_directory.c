#include "store/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"

#define PID_SIZE 16

/* 0 if the file doesn't say. */
static int read_pid(int lock)
{
    char digits[PID_SIZE] = "";

    if (pread(lock, digits, sizeof digits - 1, 0) <= 0)
        return 0;
    return atoi(digits);
}

static int write_pid(int lock, const char *path)
{
    char line[PID_SIZE];
    int size = snprintf(line, sizeof line, "%d\n", (int)getpid());

    if (ftruncate(lock, 0) < 0 || pwrite(lock, line, (size_t)size, 0) != size)
        return log_errno(errno, "cannot write to %s", path);
    return 0;
}

static int take_lock(int lock, const char *path, const char *lock_path)
{
    int error;

    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return write_pid(lock, lock_path);
    error = errno;
    if (error != EWOULDBLOCK)
        return log_errno(error, "cannot lock %s", lock_path);
    log_error(LOG_FIELDS({"reason", REASON_DATA_IN_USE}),
              "%s is in use by another postern (pid %d): stop it, or use another --data folder",
              path, read_pid(lock));
    return -error;
}

/* A file that is there stays as it is: it may be the user's. */
static int hide_from_git(const char *path)
{
    SCOPED_MEMORY char *ignore_path = memory_format("%s/.gitignore", path);
    int file   = open(ignore_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = 0;

    if (file < 0)
        return errno == EEXIST ? 0 : log_errno(errno, "cannot write %s", ignore_path);
    if (write(file, "*\n", 2) != 2)
        result = log_errno(errno, "cannot write %s", ignore_path);
    close(file);
    return result;
}

int data_directory_open(const char *path)
{
    SCOPED_MEMORY char *lock_path = memory_format("%s/lock", path);
    int lock;
    int result;

    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return log_errno(errno, "cannot make the folder %s", path);
    lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0)
        return log_errno(errno, "cannot open %s", lock_path);
    result = take_lock(lock, path, lock_path);
    if (result == 0)
        result = hide_from_git(path);
    if (result < 0) {
        close(lock);
        return result;
    }
    return lock;
}
