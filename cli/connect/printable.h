#pragma once

/*
 * What a peer sent, in a form that does nothing to a terminal: control characters of ASCII and of
 * Unicode, characters that turn the direction of writing, and bytes that aren't UTF-8 are escaped.
 */

#include <stddef.h>

struct text;

/* Tabs stay; a line feed is followed by indent, so that no line of it looks like one of ours. */
void printable_append(struct text *out, const char *data, size_t size, const char *indent);

/* The same on one line: line feeds are escaped as well. */
void printable_append_line(struct text *out, const char *data, size_t size);

/* As a JSON string, quotes included, without any of those characters. data must be UTF-8. */
void printable_append_json(struct text *out, const char *data, size_t size);

/* Offset, hexadecimal and ASCII of 16 bytes a line, each but the last ending in '\n' and indent. */
void printable_append_dump(struct text *out, const char *data, size_t size, const char *indent);
