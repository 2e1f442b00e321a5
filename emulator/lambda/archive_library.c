#include "lambda/archive_library.h"

#include <stddef.h>

#include "base/memory.h"
#include "base/shared_library.h"

/* Its name since 2013 (version 3), on every distribution. */
#define FILE_NAME "libarchive.so.13"

#define FUNCTION(name)                                                                             \
    {                                                                                              \
        "archive_" #name, offsetof(struct archive_library, name)                                   \
    }

static const struct shared_function functions[] = {
    FUNCTION(read_new),
    FUNCTION(read_support_format_zip),
    FUNCTION(read_open_memory),
    FUNCTION(read_next_header),
    FUNCTION(read_data),
    FUNCTION(read_free),
    FUNCTION(error_string),
    FUNCTION(entry_perm),
    FUNCTION(entry_symlink_utf8),
    FUNCTION(entry_symlink),
    FUNCTION(entry_pathname_utf8),
    FUNCTION(entry_pathname),
    FUNCTION(entry_filetype),
};

bool archive_library_load(struct archive_library *library, struct text *error)
{
    return shared_library_load(FILE_NAME, "libarchive13", functions, ARRAY_SIZE(functions), library,
                               error);
}
