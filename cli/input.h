#pragma once

/* What the user gives by naming a file, or on standard input. */

#include <stddef.h>

struct text;

/*
 * Appends the contents of the file path, or of standard input for "-". More than size_max bytes are
 * -EFBIG. Returns 0 or a negative errno; says nothing.
 */
int input_read(const char *path, size_t size_max, struct text *contents);

/* The same for "@FILE" and "@-"; any other word is itself. */
int input_read_word(const char *word, size_t size_max, struct text *contents);
