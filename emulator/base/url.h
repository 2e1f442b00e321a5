#pragma once

/* The parts of a request target, and percent-encoding. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct text;

/*
 * Decodes %XX into out, which has room for size + 1 bytes and may be data itself; '+' becomes a
 * space if plus_is_space. A '%' without two hex digits is kept, and so is "%00", since what is
 * decoded is used as a string. Returns the decoded size.
 */
size_t url_decode(const char *data, size_t size, bool plus_is_space, char *out);

/* Appends size bytes with everything encoded but letters, digits and -_.~ (RFC 3986, unreserved).
 */
void url_encode(const char *data, size_t size, struct text *out);

/* One parameter of a query string, decoded. */
struct url_parameter {
    const char *name;
    const char *value; /* "" where there is no '=' */
};

/* Splits what stands behind '?'; query may be NULL. Everything lives in arena. Returns the number
 * of parameters. */
size_t url_parse_query(struct arena *arena, const char *query, struct url_parameter **parameters);
