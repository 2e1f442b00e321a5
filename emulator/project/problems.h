#pragma once

/*
 * What is wrong with a project: all of it, each with its place and how to mend it. A zeroed list is
 * empty.
 */

#include <stdbool.h>
#include <stddef.h>

struct problem {
    char *file;    /* as the user would name it */
    unsigned line; /* 0: the whole file */
    char *message; /* what is wrong, and how to mend it */
    bool is_warning;
};

struct problems {
    struct problem *items;
    size_t count;
    size_t errors; /* of them, those that aren't warnings */
};

void problems_add(struct problems *problems, bool is_warning, const char *file, unsigned line,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Sorts by file and line; what stands on the same line keeps its order. */
void problems_sort(struct problems *problems);
void problems_deinit(struct problems *problems);
