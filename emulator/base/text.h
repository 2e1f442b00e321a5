#pragma once

/*
 * A text that grows: bytes with a known size and a NUL behind them that is not counted. A zeroed
 * text is empty and ready for use.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; /* NULL while nothing was ever appended: read through text_string() */
    size_t size;
    size_t capacity;
};

/* A local that is released at the end of its block. */
#define SCOPED_TEXT __attribute__((cleanup(text_deinit))) struct text

void text_append(struct text *text, const void *data, size_t size);
void text_append_string(struct text *text, const char *string);
void text_append_character(struct text *text, char character);
void text_append_number(struct text *text, long long number);
void text_append_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_append_format_list(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/*
 * Appends the bytes as a JSON string, quotes included: what JSON demands is escaped, what isn't
 * UTF-8 becomes U+FFFD (JSON has nothing else), the rest is copied.
 */
void text_append_json(struct text *text, const char *data, size_t size);
void text_append_json_string(struct text *text, const char *string);

/* Makes room for size more bytes and returns where they go; the caller then calls text_grow(). */
char *text_reserve(struct text *text, size_t size);
void text_grow(struct text *text, size_t size);

/* Never NULL. */
const char *text_string(const struct text *text);
bool text_equals(const struct text *text, const char *string);

/* What stands behind the prefix that string begins with; NULL: it doesn't begin with it. */
const char *text_behind(const char *string, const char *prefix);

bool text_ends_with(const char *string, const char *end);

/* Empties the text and keeps its memory. */
void text_clear(struct text *text);

/* Leaves at most size bytes, and no beginning of a character of UTF-8 at the end. */
void text_cut(struct text *text, size_t size);

/* Moves the contents out: the caller frees the result, the text is empty. */
char *text_take(struct text *text);

void text_deinit(struct text *text);
