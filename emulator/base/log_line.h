#pragma once

/* What a line of the log looks like, as text and as JSON. Writes nothing anywhere. */

#include <stdint.h>

#include "base/log.h"

struct text;

/*
 * No line is longer: one write() must take it whole. With at most LOG_LINE_FIELDS_MAX fields, more
 * than any line has, that is so for whatever they hold.
 */
#define LOG_LINE_SIZE_MAX   65536
#define LOG_LINE_FIELDS_MAX 12

/*
 * Puts a line, its end included, into line, which is empty. now is in ms since 1970. What is too
 * long is cut (of message itself), and no control character is left by which a peer could forge
 * lines or drive the terminal.
 */
void log_line_write(struct text *line, enum log_format format, enum log_level level,
                    const struct log_field *fields, struct text *message, int64_t now);

/* "error", "warn", "info" or "debug". */
const char *log_line_level_name(enum log_level level);
