#include "lambda/output_lines.h"

#include <string.h>

#include "base/memory.h"
#include "model/limits.h"

/* The log cuts its messages at 4 KiB. */
#define PIECE_SIZE_MAX (OUTPUT_LINE_SIZE_MAX < 4000 ? OUTPUT_LINE_SIZE_MAX : 4000)

/* "2026-01-31T12:34:56.789Z" */
#define ISO_TIME_LENGTH 24

/*
 * AWS: a line of Node.js's console begins with time, request id and level, parted by tabs. The log
 * has its own time and request id, so the line's are left out.
 */
static const char *skip_stamp(const char *line)
{
    const char *id    = line + strcspn(line, "\t");
    const char *level = *id ? id + 1 + strcspn(id + 1, "\t") : id;

    if (id - line != ISO_TIME_LENGTH || line[ISO_TIME_LENGTH - 1] != 'Z' || !*level)
        return line;
    return level + 1;
}

static void give_line(struct output_lines *lines)
{
    struct text *line = &lines->line;
    char *at;

    if (line->size == 0)
        return;
    at = line->data + (skip_stamp(line->data) - line->data);
    for (char *tab = at; (tab = strchr(tab, '\t'));)
        *tab = ' ';
    if (*at) /* console.log("") is nothing but its stamp */
        lines->on_line(lines->owner, at);
    text_clear(line);
}

/* Where to cut a line that is too long: not within a character of UTF-8. */
static void give_piece(struct output_lines *lines)
{
    struct text *line = &lines->line;
    size_t cut        = line->size;
    char rest[4];
    size_t rest_size;

    while (cut > line->size - 3 && ((unsigned char)line->data[cut - 1] & 0xC0) == 0x80)
        cut--;
    if ((unsigned char)line->data[cut - 1] >= 0xC0)
        cut--;
    rest_size = line->size - cut;
    memcpy(rest, line->data + cut, rest_size);
    line->size      = cut;
    line->data[cut] = '\0';
    give_line(lines);
    text_append(line, rest, rest_size);
}

/* AWS: a carriage return parts the lines of one event of the log. */
static void take_character(struct output_lines *lines, char character)
{
    if (character == '\n' || character == '\r') {
        give_line(lines);
        return;
    }
    if (lines->line.size >= PIECE_SIZE_MAX)
        give_piece(lines);
    text_append_character(&lines->line, character ? character : ' ');
}

void output_lines_feed(struct output_lines *lines, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        take_character(lines, data[i]);
}

void output_lines_end(struct output_lines *lines)
{
    give_line(lines);
}

void output_lines_deinit(struct output_lines *lines)
{
    text_deinit(&lines->line);
}
