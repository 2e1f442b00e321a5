#pragma once

/*
 * The variables of $context, as mapping templates, parameter mappings and access logs read them
 * from one request: a connection's handshake, a message, or its end.
 *
 * Nothing is made ahead of time: a context only points to what is known anyway, and a variable
 * costs something where somebody asks for it.
 *
 * AWS: "WebSocket API mapping template and access logging variable reference for API Gateway".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/context_variable.h"

struct event;
struct text;

/* What came of a step on the way of a request. Strings are borrowed, NULL: none. */
struct context_step {
    bool has_run;           /* false: the step has no variables */
    int status;             /* what it said; 0: nothing */
    int integration_status; /* what the service that it asked said; 0: none was asked */
    int64_t latency_milliseconds;
    int64_t integration_latency_milliseconds;
    const char *error;
    const char *request_id;
};

/* One request, as far as it has come. Strings are borrowed, NULL: none. */
struct context {
    const struct event *event;
    enum context_event kind;
    const char *route_key;
    const char *message_id;        /* of CONTEXT_OF_MESSAGE */
    int disconnect_status_code;    /* of CONTEXT_OF_DISCONNECT */
    const char *disconnect_reason; /* of CONTEXT_OF_DISCONNECT */

    int status; /* of the answer to the client; 0: there is none yet */
    const char *error_message;
    const char *error_response_type;
    const char *validation_error;
    struct context_step authenticate; /* who signed the request */
    struct context_step authorize;    /* whether the client may connect */
    struct context_step authorizer;   /* the Lambda authorizer */
    struct context_step integration;
};

/* Appends a variable's text, and nothing else. False if it has no value in this request. */
bool context_append(const struct context *context, const struct context_reference *reference,
                    struct text *out);

/* Both at once. */
bool context_append_path(const struct context *context, const char *path, size_t size,
                         enum context_use use, struct text *out);

/*
 * Appends all variables that have a value as one JSON object of strings, nested by the dots of
 * their names: what a template gets that prints $context or walks through it.
 */
void context_write_json(const struct context *context, enum context_use use, struct text *out);
