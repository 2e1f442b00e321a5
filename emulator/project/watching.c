#include "project/watching.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

/* As patterns. node_modules: npm writes thousands of files, and a handler's own code isn't there.
 */
static const char *const ignored[] = {
    "node_modules", "__pycache__", "*.pyc",       "*~",   "#*#",
    "*.swp",        "*.swx",       "*___jb_*___", "4913", /* vim makes and removes it to see whether
                                                             it may */
};

bool watching_ignores(const char *name)
{
    if (name[0] == '.')
        return strcmp(name, ".env") != 0;
    for (size_t i = 0; i < ARRAY_SIZE(ignored); i++) {
        if (fnmatch(ignored[i], name, 0) == 0)
            return true;
    }
    return false;
}
