#pragma once

/* The regular expressions of a schema, compiled; the only part of it that knows PCRE2. */

#include <stdbool.h>
#include <stddef.h>

struct json;
struct schema_pattern;
struct text;

/* Zeroed: none. */
struct schema_patterns {
    struct schema_pattern *items;
    size_t count;
};

/* Compiles source, which where will be asked for. False, after logging why, if it is malformed. */
bool schema_patterns_add(struct schema_patterns *patterns, const struct json *where,
                         const char *source);

/* The same for a pattern of ECMA 262; error says why it is malformed, and nothing is logged. */
bool schema_patterns_add_ecma(struct schema_patterns *patterns, const struct json *where,
                              const char *source, struct text *error);

/* True if the string is a pattern of ECMA 262. */
bool schema_pattern_is_ecma(const char *source);

/* True if the pattern that was added for where is found in the string. */
bool schema_patterns_match(const struct schema_patterns *patterns, const struct json *where,
                           const char *string, size_t size);

void schema_patterns_deinit(struct schema_patterns *patterns);
