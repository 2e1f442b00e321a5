#pragma once

/*
 * Texts as Java sees them: as UTF-16. Ours are UTF-8, so lengths and places are translated; for
 * ASCII they are the same.
 *
 * Half of a surrogate pair can't be held: what cuts one in two leaves U+FFFD.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* The character at data, of which there is at least one byte: a byte that isn't UTF-8 is U+FFFD. */
size_t java_decode(const char *data, size_t size, uint32_t *code_point);
void java_append(struct text *out, uint32_t code_point);

/* length() */
size_t java_length(const char *data, size_t size);

/* Where the UTF-16 unit at index is: a place in bytes; size if the text ends before it. */
size_t java_offset(const char *data, size_t size, size_t index);

/* Appends what is from the unit begin up to the unit end, which are in order and in the text. */
void java_substring(const char *data, size_t size, size_t begin, size_t end, struct text *out);

/* hashCode(), compareTo() */
int32_t java_hash_code(const char *data, size_t size);
int java_compare(const char *a, size_t a_size, const char *b, size_t b_size);

/* Simple case mappings of Latin, Greek and Cyrillic. */
void java_change_case(const char *data, size_t size, bool to_upper, struct text *out);

/* True if the bytes are equal but for the case of letters. */
bool java_equals_ignoring_case(const char *a, size_t a_size, const char *b, size_t b_size);

/* Appends what StringEscapeUtils.escapeJavaScript() of commons-lang 2.6 makes of it. */
void java_escape_java_script(const char *data, size_t size, struct text *out);
