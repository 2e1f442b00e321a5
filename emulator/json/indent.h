#pragma once

/* JSON for people: what is compact gets white space, as jq and JSON.stringify(…, null, 2) do it. */

#include <stddef.h>

struct text;

/* Appends the JSON, a member or element a line. data must be one JSON text without white space
 * between its tokens; everything else about it stays. */
void json_indent(const char *data, size_t size, struct text *out);
