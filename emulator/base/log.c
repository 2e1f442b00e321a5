#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

/* A line longer than this is cut: one write() must take it whole, and a log is for reading. */
#define LOG_LINE_MAX 16384

/* Between two lines about the same lasting trouble. */
#define DUE_MICROSECONDS (60 * 1000000L)

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static atomic_int current_level  = LOG_INFO;
static atomic_int current_format = LOG_TEXT;

void log_configure(enum log_level level, enum log_format format)
{
    current_level  = (int)level;
    current_format = (int)format;
}

bool log_is_on(enum log_level level)
{
    return (int)level <= current_level;
}

bool log_is_due(int64_t *logged_at)
{
    int64_t now = clock_microseconds();

    if (*logged_at && now - *logged_at < DUE_MICROSECONDS)
        return false;
    *logged_at = now;
    return true;
}

bool log_level_from_name(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static void append_as_json(struct text *line, enum log_level level, const struct log_field *fields,
                           const struct text *message)
{
    char now[CLOCK_ISO_SIZE];

    clock_format_iso(clock_milliseconds(), now);
    text_append_format(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now,
                       level_names[level]);
    text_append_json(line, text_string(message), message->size);
    for (; fields && fields->name; fields++) {
        if (!fields->value)
            continue;
        text_append_format(line, ",\"%s\":", fields->name);
        text_append_json_string(line, fields->value);
    }
    text_append_string(line, "}\n");
}

/* A control character would let a peer forge lines or drive the terminal. */
static void append_printable(struct text *line, const char *string)
{
    for (; *string; string++) {
        unsigned char character = (unsigned char)*string;

        if (character < 0x20 || character == 0x7f)
            text_append_format(line, "\\x%02x", character);
        else
            text_append_character(line, *string);
    }
}

static void append_as_text(struct text *line, enum log_level level, const struct log_field *fields,
                           const struct text *message)
{
    char now[CLOCK_ISO_SIZE];

    clock_format_iso(clock_milliseconds(), now);
    text_append_format(line, "%.12s %-5s ", now + 11, level_names[level]);
    append_printable(line, text_string(message));
    for (; fields && fields->name; fields++) {
        if (!fields->value)
            continue;
        text_append_format(line, " %s=", fields->name);
        append_printable(line, fields->value);
    }
    text_append_character(line, '\n');
}

static void cut_to_size(struct text *line)
{
    static const char end[] = "…\n";

    if (line->size <= LOG_LINE_MAX)
        return;
    line->size = LOG_LINE_MAX - sizeof end;
    text_append_string(line, end);
}

static void write_line(enum log_level level, const struct log_field *fields, struct text *message)
{
    SCOPED_TEXT line = {0};

    if (message->size > LOG_LINE_MAX / 4) {
        message->size = LOG_LINE_MAX / 4;
        text_append_string(message, "…");
    }
    if (current_format == LOG_JSON)
        append_as_json(&line, level, fields, message);
    else
        append_as_text(&line, level, fields, message);
    if (current_format == LOG_TEXT)
        cut_to_size(&line);
    if (write(STDERR_FILENO, line.data, line.size) < 0)
        return; /* nobody reads the log: nothing else suffers */
}

void log_write(enum log_level level, const struct log_field *fields, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    if (!log_is_on(level))
        return;
    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    write_line(level, fields, &message);
}

int log_errno(int number, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    text_append_format(&message, ": %s", strerror(number));
    if (log_is_on(LOG_ERROR))
        write_line(LOG_ERROR, NULL, &message);
    return -number;
}
