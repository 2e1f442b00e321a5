#pragma once

/* Files that make puts into the binary: schemas/, the bootstraps, cli/help/ and cli/init/. */

#include <stddef.h>

struct embedded_file {
    const char *name; /* its path in the repository, "schemas/store/001.sql" */
    const char *data; /* with a NUL behind it that is not counted */
    size_t size;
};

/* The files, ordered by name but for what make builds; a row with a NULL name ends the list.
 * Generated. */
extern const struct embedded_file embedded_files[];

/* NULL if there is no such file. */
const struct embedded_file *embedded_find(const char *name);
