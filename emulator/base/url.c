#include "base/url.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* -1 if it isn't a hex digit. */
static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The byte behind a '%' with size bytes left; 0 if that is no escape, or one for NUL. */
static char escaped_byte(const char *escape, size_t size)
{
    if (size < 3 || hex_value(escape[1]) < 0 || hex_value(escape[2]) < 0)
        return '\0';
    return (char)(hex_value(escape[1]) << 4 | hex_value(escape[2]));
}

size_t url_decode(const char *data, size_t size, bool plus_is_space, char *out)
{
    size_t written = 0;

    for (size_t at = 0; at < size; at++) {
        char character = data[at];
        char escaped   = character == '%' ? escaped_byte(data + at, size - at) : '\0';

        if (escaped) {
            character = escaped;
            at += 2;
        } else if (character == '+' && plus_is_space) {
            character = ' ';
        }
        out[written++] = character;
    }
    return written;
}

static const char *decode(struct arena *arena, const char *data, size_t size)
{
    char *decoded = arena_new(arena, size + 1);

    url_decode(data, size, true, decoded);
    return decoded;
}

static size_t count_pieces(const char *query)
{
    size_t count = 1;

    for (; *query; query++)
        count += *query == '&';
    return count;
}

size_t url_parse_query(struct arena *arena, const char *query, struct url_parameter **parameters)
{
    struct url_parameter *found;
    size_t count = 0;

    *parameters = NULL;
    if (!query || !*query)
        return 0;
    found = arena_new(arena, count_pieces(query) * sizeof *found);
    while (*query) {
        size_t size      = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");

        if (size > 0) {
            found[count].name = decode(arena, query, name_size);
            found[count].value =
                name_size < size ? decode(arena, query + name_size + 1, size - name_size - 1) : "";
            count++;
        }
        query += size + (query[size] ? 1 : 0);
    }
    *parameters = found;
    return count;
}

void url_encode(const char *data, size_t size, struct text *out)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char character = (unsigned char)data[i];

        if (isalnum(character) || (character && strchr("-_.~", character)))
            text_append_character(out, (char)character);
        else
            text_append_format(out, "%%%02X", character);
    }
}
