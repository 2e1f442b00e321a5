#pragma once

/*
 * Selection expressions: which route, model or template key a message names.
 *
 * Expressions are compiled once, when a stage is deployed, and evaluated for every message. Nothing
 * here knows about connections, integrations or time.
 *
 * AWS: "WebSocket selection expressions in API Gateway".
 */

#include <stdbool.h>
#include <stddef.h>

struct text;
struct selection_expression;

enum selection {
    SELECTION_KEY,      /* *key holds the route key, which need not exist */
    SELECTION_NOT_JSON, /* the message is not JSON: $default */
    SELECTION_EMPTY,    /* a variable has no value in this message, or the key is empty: $default */
};

/*
 * Compiles source, e.g. "$request.body.action". NULL if it is malformed; then *error says where and
 * why. The caller frees the result.
 */
struct selection_expression *selection_expression_new(const char *source, struct text *error);
void selection_expression_free(struct selection_expression *expression);

/* Evaluates expression on one message of size bytes. *key is emptied first; message is only read.
 */
enum selection selection_expression_select(const struct selection_expression *expression,
                                           const char *message, size_t size, struct text *key);
