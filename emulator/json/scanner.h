#pragma once

/*
 * Reads JSON without building anything: checks that bytes are one JSON text and finds the few
 * values that are wanted, in one pass, as spans of the original bytes. This is what messages and
 * handler results go through.
 */

#include <stdbool.h>
#include <stddef.h>

#include "json/json.h"

struct text;

/* Paths that one scan can look for. */
#define JSON_PATHS_MAX 64

/* A value inside the scanned bytes: a string with its quotes, an object with its braces. */
struct json_span {
    enum json_kind kind;
    const char *data; /* NULL: not there */
    size_t size;
};

/* One step of a path: a member's name, or an element's index where name is NULL. */
struct json_step {
    const char *name;
    size_t size; /* of name */
    size_t index;
};

struct json_path {
    const struct json_step *steps; /* none: the whole document */
    size_t count;
};

/* True if the bytes are one JSON text (RFC 8259), surrounded by white space at most, nested
 * JSON_DEPTH_MAX deep. */
bool json_is_valid(const char *data, size_t size);

/*
 * Finds the values of count (at most JSON_PATHS_MAX) paths in one pass. False if the bytes aren't
 * one JSON text; then no span has data. A path that leads nowhere has a span whose data is NULL; of
 * a member given twice the last one counts, as for JSON.parse.
 */
bool json_scan(const char *data, size_t size, const struct json_path *paths,
               struct json_span *spans, size_t count);

/* The same for members of the top-level object. */
bool json_scan_members(const char *data, size_t size, const char *const *names,
                       struct json_span *spans, size_t count);

/* The members of an object or the elements of an array, one after another. */
struct json_cursor {
    const char *at;
    const char *end;
    bool has_names;
};

/* At the first one in span, which must come from a scan that succeeded; a scalar has none. */
struct json_cursor json_cursor_begin(const struct json_span *span);

/* False if there is no further one. name is the member's name with its quotes; an element has
 * none, so its data is NULL. */
bool json_cursor_next(struct json_cursor *cursor, struct json_span *name, struct json_span *value);

/*
 * Calls visit for each member of the object that span is, until it returns false. name is the
 * member's name with its quotes. span must come from a scan that succeeded.
 */
void json_span_each(const struct json_span *span,
                    bool (*visit)(void *owner, const struct json_span *name,
                                  const struct json_span *value),
                    void *owner);

/* Appends the decoded contents of a string span; lone surrogates become U+FFFD. */
void json_span_decode(const struct json_span *span, struct text *out);

/* True if the span is a string with exactly those contents. */
bool json_span_is_string(const struct json_span *span, const char *contents);
