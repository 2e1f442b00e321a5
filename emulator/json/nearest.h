#pragma once

/* The known name that somebody most likely meant: for "did you mean …?" in messages. */

#include <stddef.h>

struct nearest {
    const char *wanted; /* as it was written */
    const char *found;  /* NULL: none is like it */
    size_t distance;    /* of found, in edits */
};

/* Takes candidate as found if it is like what is wanted, and more so than an earlier one. */
void nearest_consider(struct nearest *nearest, const char *candidate);
