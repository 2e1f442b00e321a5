#include "lambda/packages.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "lambda/inline_code.h"
#include "lambda/unpack.h"
#include "model/archive_name.h"
#include "model/limits.h"
#include "model/registry.h"

/* Hex digits of a content's digest that name its folder. */
#define NAME_DIGITS 24

/* Folders that are open at once while one is removed. */
#define WALK_DESCRIPTORS 16

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    remove(path);
    return 0;
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Under another name first: what has the right one is complete. */
static bool unpack_into(const struct text *content, const char *folder, struct text *problem)
{
    SCOPED_MEMORY char *partial = memory_format("%s.part", folder);
    bool is_fine;

    if (access(partial, F_OK) == 0)
        remove_folder(partial);
    is_fine = unpack(text_string(content), content->size, partial, problem) == 0;
    if (is_fine && rename(partial, folder) < 0 && access(folder, F_OK) < 0) {
        text_append_format(problem, "cannot make %s: %s", folder, strerror(errno));
        is_fine = false;
    }
    if (access(partial, F_OK) == 0)
        remove_folder(partial);
    return is_fine;
}

/* The folder with the archive's contents; NULL with a problem. The caller frees it. */
static char *find_folder(const char *archive, const char *directory, struct text *problem)
{
    char hex[DIGEST_HEX_SIZE];
    SCOPED_TEXT content        = {0};
    SCOPED_MEMORY char *all    = memory_format("%s/" INLINE_CODE_FOLDER, directory);
    SCOPED_MEMORY char *folder = NULL;
    int result                 = file_read(archive, PACKAGE_SIZE_MAX, &content);

    if (result < 0 || content.size > PACKAGE_SIZE_MAX) {
        text_append_string(problem, result < 0 ? strerror(-result) : "it is larger than 250 MB");
        return NULL;
    }
    digest_hex(text_string(&content), content.size, hex);
    folder = memory_format("%s/%.*s", all, NAME_DIGITS, hex);
    if (access(folder, F_OK) == 0)
        return memory_take(&folder);
    if (mkdir(all, 0755) < 0 && errno != EEXIST)
        text_append_format(problem, "cannot make %s: %s", all, strerror(errno));
    else if (unpack_into(&content, folder, problem))
        return memory_take(&folder);
    return NULL;
}

/* Puts the folder of an archive in the place of its name. */
static bool replace(struct function *function, char **path, const char *directory,
                    struct text *problems)
{
    SCOPED_TEXT problem = {0};
    char *folder;

    if (!*path || !archive_name_is_one(*path))
        return true;
    function_add_archive(function, *path);
    folder = find_folder(*path, directory, &problem);
    if (!folder) {
        text_append_format(problems, "%s: %s can't be unpacked: %s\n", function->name, *path,
                           text_string(&problem));
        return false;
    }
    free(*path);
    *path = folder;
    return true;
}

bool packages_unpack(struct registry *registry, const char *directory, struct text *problems)
{
    bool is_fine = true;

    for (size_t i = 0; i < registry->function_count; i++) {
        struct function *function = &registry->functions[i];

        if (function->url)
            continue;
        if (!function->inline_code)
            is_fine &= replace(function, &function->code_uri, directory, problems);
        for (size_t j = 0; j < function->layer_count; j++)
            is_fine &= replace(function, &function->layers[j], directory, problems);
    }
    return is_fine;
}

static bool is_used(const struct registry *registry, const char *folder)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];
        SCOPED_MEMORY char *own         = NULL;

        if (strcmp(function->code_uri, folder) == 0)
            return true;
        for (size_t j = 0; j < function->layer_count; j++) {
            if (strcmp(function->layers[j], folder) == 0)
                return true;
        }
        if (function->inline_code)
            own = inline_code_name(function);
        if (own && strcmp(own, strrchr(folder, '/') + 1) == 0)
            return true;
    }
    return false;
}

void packages_prune(const struct registry *registry, const char *directory)
{
    SCOPED_MEMORY char *all = memory_format("%s/" INLINE_CODE_FOLDER, directory);
    DIR *folders            = opendir(all);

    for (struct dirent *entry = folders ? readdir(folders) : NULL; entry;
         entry                = readdir(folders)) {
        SCOPED_MEMORY char *folder = memory_format("%s/%s", all, entry->d_name);

        if (entry->d_name[0] != '.' && !is_used(registry, folder))
            remove_folder(folder);
    }
    if (folders)
        closedir(folders);
}
