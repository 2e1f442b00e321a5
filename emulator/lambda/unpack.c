#include "lambda/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "lambda/archive_library.h"
#include "lambda/archive_path.h"
#include "model/limits.h"

#define BLOCK_SIZE (64 * 1024)

/* What AWS's runtimes start has to be executable, and zips from elsewhere than Unix can't say so.
 */
#define BOOTSTRAP "bootstrap"

struct unpacking {
    struct archive_library library;
    struct archive *archive;
    const char *folder;
    struct text *problem;
    struct arena arena; /* of one entry */
    size_t entries;
    size_t bytes;
};

static int fail(struct unpacking *unpacking, const char *path, const char *what)
{
    text_append_format(unpacking->problem, "%s%s%s", path, *path ? ": " : "", what);
    return -1;
}

static int fail_errno(struct unpacking *unpacking, const char *path)
{
    return fail(unpacking, path, strerror(errno));
}

/* A folder that is no link to one. */
static int make_folder(struct unpacking *unpacking, const char *full, const char *path)
{
    struct stat status;

    if (mkdir(full, 0755) == 0)
        return 0;
    if (errno != EEXIST || lstat(full, &status) < 0)
        return fail_errno(unpacking, path);
    return S_ISDIR(status.st_mode) ? 0 : fail(unpacking, path, "is a folder, and something else");
}

/* Makes the folders above path, which are in the archive or not. */
static int make_parents(struct unpacking *unpacking, const char *path)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        char *full = arena_format(&unpacking->arena, "%s/%.*s", unpacking->folder,
                                  (int)(slash - path), path);

        if (make_folder(unpacking, full, path) < 0)
            return -1;
    }
    return 0;
}

static int copy_data(struct unpacking *unpacking, const char *path, int file)
{
    char block[BLOCK_SIZE];
    ssize_t size;

    while ((size = unpacking->library.read_data(unpacking->archive, block, sizeof block)) > 0) {
        unpacking->bytes += (size_t)size;
        if (unpacking->bytes > PACKAGE_SIZE_MAX)
            return fail(unpacking, "",
                        "it has more than 250 MB of files, which is what AWS takes at most");
        if (file_write_all(file, block, (size_t)size) < 0)
            return fail_errno(unpacking, path);
    }
    if (size < 0)
        return fail(unpacking, path, unpacking->library.error_string(unpacking->archive));
    return 0;
}

/* libarchive gives names in the locale's encoding, which may have no such characters; the file
 * system has any bytes. */
static const char *name_of(const char *utf8, const char *local)
{
    return utf8 ? utf8 : local;
}

static mode_t mode_of(const struct unpacking *unpacking, struct archive_entry *entry,
                      const char *path)
{
    mode_t mode = (unpacking->library.entry_perm(entry) & 0777) | 0600;

    return strcmp(path, BOOTSTRAP) == 0 ? mode | 0111 : mode;
}

/* Of files with the same name the first one counts. */
static int write_file(struct unpacking *unpacking, struct archive_entry *entry, const char *path,
                      const char *full)
{
    int file = open(full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int result;

    if (file < 0)
        return errno == EEXIST ? 0 : fail_errno(unpacking, path);
    result = copy_data(unpacking, path, file);
    if (result == 0 && fchmod(file, mode_of(unpacking, entry, path)) < 0)
        result = fail_errno(unpacking, path);
    close(file);
    return result;
}

static int write_link(struct unpacking *unpacking, struct archive_entry *entry, const char *path,
                      const char *full)
{
    const char *target = name_of(unpacking->library.entry_symlink_utf8(entry),
                                 unpacking->library.entry_symlink(entry));

    if (!target || !archive_path_takes_link(path, target))
        return fail(unpacking, path, "is a link that leads out of the archive");
    if (symlink(target, full) < 0 && errno != EEXIST)
        return fail_errno(unpacking, path);
    return 0;
}

static int write_entry(struct unpacking *unpacking, struct archive_entry *entry)
{
    const char *name = name_of(unpacking->library.entry_pathname_utf8(entry),
                               unpacking->library.entry_pathname(entry));
    const char *path = name ? archive_path_read(&unpacking->arena, name) : NULL;
    const char *full;

    if (!path)
        return fail(unpacking, name ? name : "an entry", "is no path inside of the archive");
    if (++unpacking->entries > PACKAGE_ENTRIES_MAX)
        return fail(unpacking, "", "it has too many entries");
    full = arena_format(&unpacking->arena, "%s/%s", unpacking->folder, path);
    if (make_parents(unpacking, path) < 0)
        return -1;
    switch (unpacking->library.entry_filetype(entry)) {
    case AE_IFDIR:
        return path[0] ? make_folder(unpacking, full, path) : 0;
    case AE_IFREG:
        return path[0] ? write_file(unpacking, entry, path, full)
                       : fail(unpacking, "an entry", "has no name");
    case AE_IFLNK:
        return write_link(unpacking, entry, path, full);
    default:
        return fail(unpacking, path, "is neither file, folder nor link");
    }
}

static int write_all(struct unpacking *unpacking)
{
    struct archive_entry *entry;
    int result;

    while ((result = unpacking->library.read_next_header(unpacking->archive, &entry)) ==
               ARCHIVE_OK ||
           result == ARCHIVE_WARN) {
        int written = write_entry(unpacking, entry);

        arena_deinit(&unpacking->arena);
        unpacking->arena = (struct arena){0};
        if (written < 0)
            return -1;
    }
    if (result != ARCHIVE_EOF)
        return fail(unpacking, "", unpacking->library.error_string(unpacking->archive));
    return unpacking->entries > 0 ? 0
                                  : fail(unpacking, "", "it is no zip, or there is nothing in it");
}

int unpack(const char *data, size_t size, const char *folder, struct text *problem)
{
    struct unpacking unpacking      = {.folder = folder, .problem = problem};
    struct archive_library *library = &unpacking.library;
    int result                      = 0;

    if (!archive_library_load(library, problem))
        return -1;
    unpacking.archive = library->read_new();
    if (!unpacking.archive || library->read_support_format_zip(unpacking.archive) != ARCHIVE_OK ||
        library->read_open_memory(unpacking.archive, data, size) != ARCHIVE_OK)
        result = fail(&unpacking, "",
                      unpacking.archive ? library->error_string(unpacking.archive) : "no memory");
    if (result == 0)
        result = make_folder(&unpacking, folder, "");
    if (result == 0)
        result = write_all(&unpacking);
    library->read_free(unpacking.archive);
    return result;
}
