#include "project/watching.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

/* As patterns. node_modules is npm's: thousands of files, and not the handler's own code. */
/* clang-format off */
static const char *const ignored[] = {
    "node_modules", "__pycache__", "*.pyc",
    "*.log", "*.db", "*.sqlite", "*.sqlite3", "*-journal", "*-wal", "*-shm",
    "*~", "#*#", "*.swp", "*.swx", "*___jb_*___", "4913", /* vim asks whether it may write */
};
/* clang-format on */

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
