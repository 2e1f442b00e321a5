#include "json/indent.h"

#include <stdbool.h>

#include "base/text.h"

#define SPACES 2

static void begin_line(unsigned depth, struct text *out)
{
    text_append_character(out, '\n');
    for (unsigned i = 0; i < depth * SPACES; i++)
        text_append_character(out, ' ');
}

/* The size of the string at the front of data, quotes included. */
static size_t string_size(const char *data, size_t size)
{
    size_t at = 1;

    while (at < size && data[at] != '"')
        at += data[at] == '\\' ? 2 : 1;
    return at < size ? at + 1 : size;
}

void json_indent(const char *data, size_t size, struct text *out)
{
    unsigned depth = 0;

    for (size_t at = 0; at < size; at++) {
        bool is_opening = data[at] == '{' || data[at] == '[';
        bool is_closing = data[at] == '}' || data[at] == ']';
        bool is_empty   = is_opening && at + 1 < size && data[at + 1] == data[at] + 2; /* ASCII */

        if (data[at] == '"') {
            size_t taken = string_size(data + at, size - at);

            text_append(out, data + at, taken);
            at += taken - 1;
            continue;
        }
        if (is_closing && depth > 0)
            begin_line(--depth, out);
        text_append_character(out, data[at]);
        if (is_empty)
            text_append_character(out, data[++at]);
        else if (is_opening)
            begin_line(++depth, out);
        else if (data[at] == ',')
            begin_line(depth, out);
        else if (data[at] == ':')
            text_append_character(out, ' ');
    }
}
