#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/log_line.h"
#include "base/log_writer.h"
#include "base/reason.h"
#include "base/text.h"

/* Between two lines about the same lasting trouble. */
#define DUE_MICROSECONDS (60 * 1000000L)

static atomic_int current_level  = LOG_INFO;
static atomic_int current_format = LOG_TEXT;

void log_configure(enum log_level level, enum log_format format)
{
    current_level  = (int)level;
    current_format = (int)format;
}

bool log_is_json(void)
{
    return current_format == LOG_JSON;
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
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
        if (strcmp(name, log_line_level_name((enum log_level)i)) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static void write_line(enum log_level level, const struct log_field *fields, struct text *message)
{
    SCOPED_TEXT line = {0};

    log_line_write(&line, (enum log_format)current_format, level, fields, message,
                   clock_milliseconds());
    log_writer_write(line.data, line.size);
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
        write_line(LOG_ERROR, LOG_FIELDS({"reason", REASON_SYSTEM_ERROR}), &message);
    return -number;
}

static void describe_dropped(uint64_t count, struct text *line)
{
    SCOPED_TEXT message = {0};
    SCOPED_TEXT one     = {0};

    text_append_format(&message, "%llu log lines were dropped: standard error wasn't read in time",
                       (unsigned long long)count);
    log_line_write(&one, (enum log_format)current_format, LOG_WARN,
                   LOG_FIELDS({"reason", REASON_LOG_LINES_DROPPED}), &message,
                   clock_milliseconds());
    text_append(line, one.data, one.size);
}

void log_start(void)
{
    log_writer_start(describe_dropped);
}

void log_stop(void)
{
    log_writer_stop();
}

uint64_t log_dropped_count(void)
{
    return log_writer_dropped();
}
