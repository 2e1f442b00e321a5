#pragma once

/* What validators ask of values. */

#include <stdbool.h>
#include <stddef.h>

struct json;

/* True if both are the same value: numbers by their value, members in any order. */
bool json_equals(const struct json *a, const struct json *b);

/* True of a number without a fraction, 1.0 too. */
bool json_is_integer(const struct json *value);

/* Of a string, in code points. */
size_t json_character_count(const struct json *string);
