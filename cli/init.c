#include "cli/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#define TEMPLATES "cli/init/"

/* make and git would take a file of its real name for theirs. */
#define GITIGNORE "gitignore"

/* Where the code is that a template of SAM names. */
#define SAM_CODE "src"

struct destination {
    const char *folder;
    const char *runtime;
    bool is_sam;
    struct text *out;
    struct text *errors;
};

static const char *name_in_folder(const char *folder, const struct embedded_file *file)
{
    SCOPED_MEMORY char *path = memory_format(TEMPLATES "%s/", folder);

    return text_behind(file->name, path);
}

/* A project for SAM has the code of the other one, and files of its own: some for each runtime. */
static char *name_in_sam(const char *runtime, const struct embedded_file *file)
{
    SCOPED_MEMORY char *own = memory_format("sam-%s", runtime);
    const char *name        = name_in_folder("sam", file);

    name = name ? name : name_in_folder(own, file);
    if (name)
        return memory_copy_string(name);
    name = name_in_folder(runtime, file);
    if (!name || strcmp(name, "postern.json") == 0 || strcmp(name, "README.md") == 0)
        return NULL;
    if (strcmp(name, GITIGNORE) == 0)
        return memory_copy_string("." GITIGNORE);
    return memory_format(SAM_CODE "/%s", name);
}

/* The name that the file has in the project; NULL for one of another project. The caller frees it.
 */
static char *name_in_project(const struct destination *destination,
                             const struct embedded_file *file)
{
    const char *name;

    if (destination->is_sam)
        return name_in_sam(destination->runtime, file);
    name = name_in_folder(destination->runtime, file);
    return memory_copy_string(name && strcmp(name, GITIGNORE) == 0 ? "." GITIGNORE : name);
}

/* "chat/app.py"; "app.py" in the current folder. */
static char *path_of(const char *folder, const char *name)
{
    size_t size = strlen(folder);

    if (strcmp(folder, ".") == 0)
        return memory_copy_string(name);
    return memory_format("%s%s%s", folder, folder[size - 1] == '/' ? "" : "/", name);
}

static int complain(const struct destination *destination, const char *path, int error)
{
    text_append_format(destination->errors, "%s: %s\n", path, strerror(error));
    return -error;
}

/* Like mkdir -p. */
static int make_folder(const struct destination *destination, const char *folder)
{
    SCOPED_MEMORY char *path = memory_copy_string(folder);
    struct stat status;

    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return complain(destination, path, errno);
        *slash = '/';
    }
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return complain(destination, path, errno);
    if (stat(path, &status) < 0)
        return complain(destination, path, errno);
    return S_ISDIR(status.st_mode) ? 0 : complain(destination, path, ENOTDIR);
}

static int check_absence(const struct destination *destination, const char *path,
                         const struct embedded_file *file)
{
    struct stat status;

    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : complain(destination, path, errno);
    text_append_format(destination->errors, "%s is there already: nothing was written\n", path);
    return -EEXIST;
}

/* What begins like a script can be executed. */
static int write_file(const struct destination *destination, const char *path,
                      const struct embedded_file *file)
{
    mode_t mode    = strncmp(file->data, "#!", 2) == 0 ? 0777 : 0666;
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int result;

    if (descriptor < 0)
        return complain(destination, path, errno);
    result = file_write_all(descriptor, file->data, file->size);
    if (close(descriptor) < 0 && result == 0)
        result = -errno;
    if (result < 0)
        return complain(destination, path, -result);
    text_append_format(destination->out, "%s\n", path);
    return 0;
}

/* Calls visit for each file, even after a failure if it is to find all of them. Returns 0 or the
 * first failure. */
static int each_file(const struct destination *destination, bool find_all,
                     int (*visit)(const struct destination *destination, const char *path,
                                  const struct embedded_file *file))
{
    int result = 0;

    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        SCOPED_MEMORY char *name = name_in_project(destination, file);
        SCOPED_MEMORY char *path = name ? path_of(destination->folder, name) : NULL;
        int visited = path && (result == 0 || find_all) ? visit(destination, path, file) : 0;

        if (result == 0)
            result = visited;
    }
    return result;
}

int init_write(const char *folder, const char *runtime, bool is_sam, struct text *out,
               struct text *errors)
{
    const struct destination destination = {folder, runtime, is_sam, out, errors};
    SCOPED_MEMORY char *code             = path_of(folder, SAM_CODE);
    int result                           = make_folder(&destination, folder);

    if (result == 0)
        result = each_file(&destination, true, check_absence);
    if (result == 0 && is_sam)
        result = make_folder(&destination, code);
    if (result == 0)
        result = each_file(&destination, false, write_file);
    return result;
}
