#pragma once

/* Cuts what comes piece by piece, as from standard input, into lines. Does no I/O. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A longer line is none. */
#define LINES_SIZE_MAX (16 * 1024 * 1024)

/* A zeroed one is ready for use. */
struct lines {
    struct text kept;
    size_t taken; /* bytes of kept that were given out as lines */
};

void lines_deinit(struct lines *lines);

/* Makes room for size more bytes and returns where they go; the caller then calls lines_grow(). */
char *lines_reserve(struct lines *lines, size_t size);
void lines_grow(struct lines *lines, size_t size);

/* The next whole line, without its line end ("\n" or "\r\n"): *size bytes, valid until the next
 * lines_reserve(). NULL: there is none yet. */
const char *lines_next(struct lines *lines, size_t *size);

/* What is behind the last line end, for when nothing more comes. NULL: nothing. */
const char *lines_rest(struct lines *lines, size_t *size);

/* True if a line has begun that is longer than LINES_SIZE_MAX. */
bool lines_is_too_long(const struct lines *lines);
