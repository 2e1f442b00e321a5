/* Names and links of archives of any bytes: what is taken stays inside. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "lambda/archive_path.h"

/* Follows the target from the link's folder; false if that leads above the folder of the archive.
 */
static bool stays_inside(const char *path, const char *target)
{
    long depth = 0;

    for (const char *at = path; *at; at++)
        depth += *at == '/';
    while (*target) {
        size_t size = strcspn(target, "/");

        if (size == 2 && strncmp(target, "..", 2) == 0)
            depth--;
        else if (size > 0 && !(size == 1 && target[0] == '.'))
            depth++;
        if (depth < 0)
            return false;
        target += size;
        target += *target == '/';
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_MEMORY char *name = memory_copy((const char *)data, size);
    const char *target       = strchr(name, '\n');
    struct arena arena       = {0};
    const char *path;

    if (target)
        name[target++ - name] = '\0';
    path = archive_path_read(&arena, name);
    if (path) {
        assert(path[0] != '/' && !strstr(path, "//") && stays_inside("", path));
        assert(strcmp(archive_path_read(&arena, path), path) == 0);
    }
    if (path && target && archive_path_takes_link(path, target))
        assert(target[0] != '/' && stays_inside(path, target));
    arena_deinit(&arena);
    return 0;
}
