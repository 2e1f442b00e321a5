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
    SELECTION_EMPTY,    /* nothing is left: no variable has a value in this message: $default */
};

/*
 * Compiles source: text, variables ($request.body, $request.body.<JSONPath>, or in braces
 * ${request.body.action}) and \$ for a dollar. NULL if it is malformed; then *error says where,
 * why and what would be right. The caller frees the result.
 */
struct selection_expression *selection_expression_new(const char *source, struct text *error);

/*
 * The same for a template of an integration's answer, which has $integration.response.statuscode,
 * …header.NAME and …multivalueheader.NAME as well.
 */
struct selection_expression *selection_expression_new_for_answer(const char *source,
                                                                 struct text *error);
void selection_expression_free(struct selection_expression *expression);

/*
 * Evaluates expression on one message of size bytes. *key is emptied first; message is only read.
 * A key longer than SELECTION_KEY_SIZE_MAX may be cut, but is still longer than that. It may
 * contain NUL.
 */
enum selection selection_expression_select(const struct selection_expression *expression,
                                           const char *message, size_t size, struct text *key);

/* What the variables of an answer are taken from. */
struct selection_answer {
    int status;
    /* The value of the header of that name with that index; NULL: there are no more. */
    const char *(*find_header)(void *owner, const char *name, size_t index, size_t *size);
    void *owner;
};

/*
 * What expression comes to where a key is wanted whatever the message is: variables of a message
 * that is no JSON, or of an answer that there isn't (NULL), are empty. *key is emptied first.
 */
void selection_expression_write(const struct selection_expression *expression, const char *message,
                                size_t size, const struct selection_answer *answer,
                                struct text *key);
