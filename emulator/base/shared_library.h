#pragma once

/*
 * Libraries that are loaded when they are first needed: what most projects never use costs no
 * start, and no memory.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

/* A function of the library, and the member of a struct that is to point to it. */
struct shared_function {
    const char *name;
    size_t offset;
};

/*
 * Loads the library of that file name and fills all functions into the struct. False after
 * appending to error what is missing, and which package of Debian has it. The library stays
 * loaded; another call costs little. On any thread.
 */
bool shared_library_load(const char *file, const char *package,
                         const struct shared_function *functions, size_t count, void *into,
                         struct text *error);
