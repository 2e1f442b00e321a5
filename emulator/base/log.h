#pragma once

/*
 * The log: one line for each thing that happened, to standard error, as text or as JSON. Lines
 * about a connection, request or function carry its ids as fields, so that they can be grepped. Any
 * thread may write.
 *
 * A refusal, drop or close has a stable "reason" field (base/reason.h), and its text says what
 * happened, what AWS does and what to do.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum log_format { LOG_TEXT, LOG_JSON };

struct log_field {
    const char *name;  /* as AWS spells it: connectionId, requestId, functionName */
    const char *value; /* NULL: the field is left out */
};

/* Fields for one line: log_warn(LOG_FIELDS({"reason", REASON_GONE}), "text %d", n). */
/* clang-format off */
#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__, {NULL, NULL}})
/* clang-format on */

/* Sets what is written and how; may be called at any time. */
void log_configure(enum log_level level, enum log_format format);

/*
 * From log_start() on nobody who logs waits for the reader of standard error: lines that it doesn't
 * take in time are dropped, counted, and told about in a line of their own. To be called once
 * nothing is forked any more. log_stop() writes what is left, unless nobody reads it.
 */
void log_start(void);
void log_stop(void);

/* Lines dropped since the process began. */
uint64_t log_dropped_count(void);

/* True if each line is to be a JSON object. */
bool log_is_json(void);

/* True if lines of this level are written: for work done only to be logged. */
bool log_is_on(enum log_level level);

/* fields may be NULL; otherwise a row with a NULL name ends it. */
void log_write(enum log_level level, const struct log_field *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(fields, ...) log_write(LOG_ERROR, fields, __VA_ARGS__)
#define log_warn(fields, ...)  log_write(LOG_WARN, fields, __VA_ARGS__)
#define log_info(fields, ...)  log_write(LOG_INFO, fields, __VA_ARGS__)
#define log_debug(fields, ...)                                                                     \
    do {                                                                                           \
        if (log_is_on(LOG_DEBUG))                                                                  \
            log_write(LOG_DEBUG, fields, __VA_ARGS__);                                             \
    } while (0)

/* Logs "text: strerror(number)" as an error and returns -number, for return statements. */
int log_errno(int number, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True once a minute, for what would be logged again and again; *logged_at is 0 before. */
bool log_is_due(int64_t *logged_at);

/* "error", "warn", "info" or "debug" to its level; false for anything else. */
bool log_level_from_name(const char *name, enum log_level *level);
