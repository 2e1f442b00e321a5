#include "lambda/archive_path.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "model/limits.h"

static bool is_dots(const char *component, size_t size)
{
    return size == 2 && component[0] == '.' && component[1] == '.';
}

/* Zips made on Windows may have backslashes; AWS: they are unpacked on Linux, where these are part
 * of a name. */
const char *archive_path_read(struct arena *arena, const char *name)
{
    size_t size = strlen(name);
    char *path  = arena_new(arena, size + 1);
    size_t end  = 0;

    if (name[0] == '/' || size > PACKAGE_PATH_SIZE_MAX)
        return NULL;
    for (const char *at = name; *at;) {
        size_t length = strcspn(at, "/");

        if (is_dots(at, length))
            return NULL;
        if (length > 0 && !(length == 1 && at[0] == '.')) {
            if (end > 0)
                path[end++] = '/';
            memcpy(path + end, at, length);
            end += length;
        }
        at += length;
        at += *at == '/';
    }
    path[end] = '\0';
    return path;
}

bool archive_path_takes_link(const char *path, const char *target)
{
    size_t depth  = 0; /* of the folder that the link is in */
    bool has_name = false;

    if (target[0] == '/' || target[0] == '\0' || strlen(target) > PACKAGE_PATH_SIZE_MAX)
        return false;
    for (const char *at = path; *at; at++)
        depth += *at == '/';
    for (const char *at = target; *at;) {
        size_t length = strcspn(at, "/");

        if (is_dots(at, length)) {
            if (has_name || depth == 0)
                return false;
            depth--;
        } else if (length > 0 && !(length == 1 && at[0] == '.')) {
            has_name = true;
        }
        at += length;
        at += *at == '/';
    }
    return true;
}
