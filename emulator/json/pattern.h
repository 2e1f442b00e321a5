#pragma once

/* One regular expression that has to match all of a text, as Java's matches() has it. */

#include <stdbool.h>
#include <stddef.h>

struct pattern;
struct text;

/* Compiles size bytes. NULL if they are malformed; then error says why. The caller frees it. */
struct pattern *pattern_new(const char *source, size_t size, struct text *error);
void pattern_free(struct pattern *pattern);

/* False also where a pattern that backtracks without end is given up. */
bool pattern_matches(const struct pattern *pattern, const char *string, size_t size);
