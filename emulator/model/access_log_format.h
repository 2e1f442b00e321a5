#pragma once

/*
 * The format of an access log: text in which $context.name stands for what a request has under that
 * name. It is no mapping template: anything else stands as it is.
 *
 * AWS: "Monitor WebSocket API execution with CloudWatch metrics", access logging.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/context_variable.h"

struct text;

/* AWS: 3 KB. */
#define ACCESS_LOG_FORMAT_SIZE_MAX 3072

/* A piece of a format. text is borrowed from it. */
struct access_log_piece {
    const char *text;
    size_t size;
    bool is_variable;                   /* text is "$context.identity.sourceIp" */
    struct context_reference reference; /* then; CONTEXT_UNKNOWN: it always prints "-" */
};

/* The piece that begins at *at, which is moved behind it; false at the end. */
bool access_log_format_next(const char **at, struct access_log_piece *piece);

/* Why AWS refuses the format; NULL: it takes it. */
const char *access_log_format_problem(const char *format);

/* Appends the names of what AWS refuses as unknown variables, "$context.foo, $context.bar". */
void access_log_format_unknown(const char *format, struct text *names);
