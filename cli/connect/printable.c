#include "cli/connect/printable.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#define ROW_SIZE 16

/* Unicode's controls: C0, DEL and C1; line and paragraph separators; marks, embeddings, overrides
 * and isolates of direction. */
static bool is_harmful(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00,   0x1f  },
        {0x7f,   0x9f  },
        {0x061c, 0x061c},
        {0x200e, 0x200f},
        {0x2028, 0x202e},
        {0x2066, 0x2069},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    }
    return false;
}

/* indent NULL: line feeds are escaped. */
static void append_escaped(struct text *out, const char *data, size_t size, const char *indent)
{
    uint32_t code_point = 0;
    size_t used;

    for (size_t i = 0; i < size; i += used) {
        used = utf8_decode(data + i, size - i, &code_point);
        if (used == 0) {
            text_append_format(out, "\\x%02x", (unsigned char)data[i]);
            used = 1;
        } else if (code_point == '\n' && indent) {
            text_append_format(out, "\n%s", indent);
        } else if (code_point != '\t' && is_harmful(code_point)) {
            text_append_format(out, "\\u%04x", (unsigned)code_point);
        } else {
            text_append(out, data + i, used);
        }
    }
}

void printable_append(struct text *out, const char *data, size_t size, const char *indent)
{
    append_escaped(out, data, size, indent);
}

void printable_append_line(struct text *out, const char *data, size_t size)
{
    append_escaped(out, data, size, NULL);
}

void printable_append_json(struct text *out, const char *data, size_t size)
{
    SCOPED_TEXT json    = {0};
    uint32_t code_point = 0;
    size_t used;

    text_append_json(&json, data, size);
    for (size_t i = 0; i < json.size; i += used) {
        used = utf8_decode(json.data + i, json.size - i, &code_point);
        if (used > 0 && is_harmful(code_point))
            text_append_format(out, "\\u%04x", (unsigned)code_point);
        else
            text_append(out, json.data + i, used > 0 ? used : 1);
        used += used == 0;
    }
}

static void append_row(struct text *out, size_t offset, const char *row, size_t size)
{
    text_append_format(out, "%08zx ", offset);
    for (size_t i = 0; i < ROW_SIZE; i++) {
        if (i == ROW_SIZE / 2)
            text_append_character(out, ' ');
        if (i < size)
            text_append_format(out, " %02x", (unsigned char)row[i]);
        else
            text_append_string(out, "   ");
    }
    text_append_string(out, "  |");
    for (size_t i = 0; i < size; i++)
        text_append_character(out, row[i] >= ' ' && row[i] < 0x7f ? row[i] : '.');
    text_append_character(out, '|');
}

void printable_append_dump(struct text *out, const char *data, size_t size, const char *indent)
{
    for (size_t offset = 0; offset < size; offset += ROW_SIZE) {
        size_t left = size - offset;

        if (offset > 0)
            text_append_format(out, "\n%s", indent);
        append_row(out, offset, data + offset, left < ROW_SIZE ? left : ROW_SIZE);
    }
}
