#include "base/log_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* A log is for reading. */
#define MESSAGE_SIZE_MAX   4096
#define VALUE_SIZE_MAX     512
#define TEXT_LINE_SIZE_MAX 16384

#define ELLIPSIS "…"

static void cut(struct text *text, size_t size_max)
{
    if (text->size <= size_max)
        return;
    text_cut(text, size_max);
    text_append_string(text, ELLIPSIS);
}

static void append_value_as_json(struct text *line, const char *value)
{
    SCOPED_TEXT shown = {0};

    text_append(&shown, value, strnlen(value, VALUE_SIZE_MAX + 1));
    cut(&shown, VALUE_SIZE_MAX);
    text_append_json(line, text_string(&shown), shown.size);
}

static void append_as_json(struct text *line, enum log_level level, const struct log_field *fields,
                           const struct text *message, int64_t now)
{
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(now, time);
    text_append_format(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", time,
                       log_line_level_name(level));
    text_append_json(line, text_string(message), message->size);
    for (; fields && fields->name; fields++) {
        if (!fields->value)
            continue;
        text_append_format(line, ",\"%s\":", fields->name);
        append_value_as_json(line, fields->value);
    }
    text_append_string(line, "}\n");
}

/* The 32 control characters beyond ASCII are two bytes long in UTF-8; terminals heed them too. */
static bool is_long_control(const char *at)
{
    return (unsigned char)at[0] == 0xc2 && (unsigned char)at[1] >= 0x80 &&
           (unsigned char)at[1] < 0xa0;
}

static void append_printable(struct text *line, const char *string)
{
    for (; *string; string++) {
        unsigned char character = (unsigned char)*string;

        if (character < 0x20 || character == 0x7f)
            text_append_format(line, "\\x%02x", character);
        else if (is_long_control(string))
            text_append_format(line, "\\x%02x", (unsigned char)*++string);
        else
            text_append_character(line, *string);
    }
}

static void append_as_text(struct text *line, enum log_level level, const struct log_field *fields,
                           const struct text *message, int64_t now)
{
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(now, time);
    text_append_format(line, "%.12s %-5s ", time + 11, log_line_level_name(level));
    append_printable(line, text_string(message));
    for (; fields && fields->name; fields++) {
        if (!fields->value)
            continue;
        text_append_format(line, " %s=", fields->name);
        append_printable(line, fields->value);
    }
    cut(line, TEXT_LINE_SIZE_MAX - sizeof ELLIPSIS);
    text_append_character(line, '\n');
}

void log_line_write(struct text *line, enum log_format format, enum log_level level,
                    const struct log_field *fields, struct text *message, int64_t now)
{
    cut(message, MESSAGE_SIZE_MAX);
    switch (format) {
    case LOG_TEXT:
        append_as_text(line, level, fields, message, now);
        break;
    case LOG_JSON:
        append_as_json(line, level, fields, message, now);
        break;
    }
}

const char *log_line_level_name(enum log_level level)
{
    static const char *const names[] = {
        [LOG_ERROR] = "error",
        [LOG_WARN]  = "warn",
        [LOG_INFO]  = "info",
        [LOG_DEBUG] = "debug",
    };

    return names[level];
}
