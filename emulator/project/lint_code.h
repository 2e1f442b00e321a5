#pragma once

/*
 * What can be seen in the source of handlers without running it. These are guesses by words, good
 * for a hint: whatever language it is, nothing is parsed. The sources end with a NUL.
 */

#include <stdbool.h>

/* The line, from 1, of a policy's resource that ends with two wildcards; 0: there is none. */
unsigned lint_code_find_wildcards(const char *source);

/* The line of a result with a status and a body that isn't empty; 0: there is none. */
unsigned lint_code_find_body(const char *source);

/* True if the word is in it, in whatever case. */
bool lint_code_mentions(const char *source, const char *word);
