#pragma once

/*
 * The words that JSON is made of: where a string, number or run of white space ends, and what a
 * string's escapes mean. Shared by the scanner and the tree; nothing here knows about structure.
 */

#include <stdbool.h>
#include <stddef.h>

/* at, or the first byte behind it that is no white space, or end. */
static inline const char *token_skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/*
 * at stands behind a string's opening quote; returns the place behind its closing quote, or NULL if
 * it has none, holds a control character or an escape that JSON doesn't know.
 */
const char *token_string_end(const char *at, const char *end);

/* at stands behind a backslash; returns the place behind the escape, or NULL if JSON has none such.
 */
const char *token_escape_end(const char *at, const char *end);

/* at stands at a digit or minus; returns the place behind the number, or NULL if it is none. */
const char *token_number_end(const char *at, const char *end);

/* Returns the place behind word, or NULL if something else stands at at. */
const char *token_word_end(const char *at, const char *end, const char *word, size_t size);

/*
 * Decodes the contents of a string (without its quotes) that token_string_end() has accepted; lone
 * surrogates become U+FFFD. out needs room for size bytes; returns how many were written.
 */
size_t token_string_decode(const char *contents, size_t size, char *out);

/* True if the accepted contents mean exactly the wanted bytes. */
bool token_string_equals(const char *contents, size_t size, const char *wanted, size_t wanted_size);
