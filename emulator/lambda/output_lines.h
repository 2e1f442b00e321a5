#pragma once

/*
 * Cuts what a process writes into lines, as its bytes come. Knows nothing of pipes. A zeroed one
 * with its callback set is ready for use.
 */

#include <stddef.h>

#include "base/text.h"

struct output_lines {
    struct text line; /* what has come of it */

    /* line has no line end; NULs and tabs in it have become spaces, the stamp of Node.js's console
     * is left out. A line that is too long comes in pieces, an empty one not at all. */
    void (*on_line)(void *owner, const char *line);
    void *owner;
};

void output_lines_feed(struct output_lines *lines, const char *data, size_t size);

/* Gives out an unfinished line too. */
void output_lines_end(struct output_lines *lines);

void output_lines_deinit(struct output_lines *lines);
