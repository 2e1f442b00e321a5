#include "data_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "store/data_directory.h"

/* With less room than this the folder's files can't be made. */
#define ROOM_MIN (1024 * 1024)

static int make_temporary(struct data_folder *folder)
{
    const char *base            = getenv("TMPDIR");
    SCOPED_MEMORY char *pattern = memory_format("%s/postern-XXXXXX", base && *base ? base : "/tmp");

    if (!mkdtemp(pattern)) /* 0700 */
        return log_errno(errno, "cannot make a temporary folder %s", pattern);
    folder->path         = memory_take(&pattern);
    folder->is_temporary = true;
    return 0;
}

static int make_kept(struct data_folder *folder, const char *data, const char *project_folder)
{
    folder->wanted = data ? memory_copy_string(data) : memory_format("%s/.postern", project_folder);
    folder->lock   = data_directory_open(folder->wanted);
    if (folder->lock < 0)
        return folder->lock;
    folder->path = realpath(folder->wanted, NULL);
    return folder->path ? 0 : log_errno(errno, "cannot open %s", folder->wanted);
}

int data_folder_open(struct data_folder *folder, const char *data, const char *project_folder,
                     bool in_memory)
{
    int result;

    *folder = (struct data_folder){.lock = -1};
    result  = in_memory && !data ? make_temporary(folder) : make_kept(folder, data, project_folder);
    if (result < 0)
        return result;
    folder->runtime = memory_format("%s/runtime", folder->path);
    if (mkdir(folder->runtime, 0755) < 0 && errno != EEXIST)
        return log_errno(errno, "cannot make %s", folder->runtime);
    return 0;
}

/* What is there of the folder: itself, or the one that it was to be made in. The caller frees it.
 */
static char *nearest_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (access(path, F_OK) == 0)
        return memory_copy_string(path);
    return slash ? memory_format("%.*s", (int)(slash - path), path) : memory_copy_string(".");
}

void data_folder_advise(const struct data_folder *folder)
{
    SCOPED_MEMORY char *path = NULL;
    struct statvfs disk;

    if (!folder->wanted)
        return;
    path = nearest_folder(folder->wanted);
    if (access(path, W_OK) < 0)
        log_error(LOG_FIELDS({"reason", REASON_DATA_NOT_WRITABLE}),
                  "%s can't be written to (%s): make it writable, use another folder with --data, "
                  "or keep nothing with --in-memory",
                  path, strerror(errno));
    else if (statvfs(path, &disk) == 0 && disk.f_bavail * disk.f_frsize < ROOM_MIN)
        log_error(LOG_FIELDS({"reason", REASON_DISK_FULL}),
                  "the disk of %s is full: make room, use another folder with --data, or keep "
                  "nothing with --in-memory",
                  path);
}

/* Only files of our own lie in a temporary folder, one level deep. */
static void remove_files(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory))) {
        SCOPED_MEMORY char *file = memory_format("%s/%s", path, entry->d_name);

        if (entry->d_name[0] != '.' || strcmp(entry->d_name, ".gitignore") == 0)
            unlink(file);
    }
    if (directory)
        closedir(directory);
    rmdir(path);
}

void data_folder_close(struct data_folder *folder)
{
    if (folder->is_temporary) {
        remove_files(folder->runtime);
        remove_files(folder->path);
    }
    if (folder->lock >= 0)
        close(folder->lock);
    free(folder->runtime);
    free(folder->wanted);
    free(folder->path);
    *folder = (struct data_folder){.lock = -1};
}
