#pragma once

/*
 * One call of an integration that is no Lambda proxy: HTTP, HTTP_PROXY, MOCK, AWS. Begins with a
 * connection's handshake, message or end, ends with what the integration said, as its response
 * templates have made it, or with why there is nothing.
 *
 * AWS: "Set up a WebSocket API integration request / response".
 */

#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/text.h"
#include "gateway/context.h"
#include "http/aws_error.h"

struct gateway;
struct integration_call;
struct integration_plan;
struct request_head;
struct snapshot;

/* All is borrowed for the call of integration_call_begin() only, but for the gateway. */
struct integration_request {
    struct gateway *gateway;
    struct snapshot *snapshot; /* whose plan it is: kept */
    const struct integration_plan *plan;
    const struct event *event;
    enum context_event kind;
    const char *route_key;  /* of the snapshot */
    const char *message_id; /* NULL: none */
    int disconnect_status_code;
    const char *disconnect_reason;   /* NULL: it isn't the end */
    const struct request_head *head; /* of $connect; NULL: none */
    const char *body;
    size_t body_size;
};

enum integration_outcome {
    INTEGRATION_ANSWERED,
    INTEGRATION_TIMED_OUT,
    INTEGRATION_FAILED,
    INTEGRATION_UNSUPPORTED,  /* passthroughBehavior lets no such message pass */
    INTEGRATION_INVALID_JSON, /* parameters are mapped from a message that is broken JSON */
};

/* What came of it. Strings are the call's. */
struct integration_result {
    enum integration_outcome outcome;
    int status;           /* INTEGRATION_ANSWERED: of the backend, or whatever a MOCK says */
    struct text body;     /* for the client */
    struct text protocol; /* Sec-WebSocket-Protocol for the client of $connect; empty: none */
    struct text headers;  /* lines of a refused $connect's answer */
    const char *reason;   /* of a failure, of base/reason.h */
    struct text problem;  /* the same in words */
    int64_t duration_microseconds;
    char request_id[ID_UUID_SIZE]; /* Lambda's; "": none */
};

/*
 * Begins a call. done is called once, never before this returns, unless the call is freed before;
 * it frees the call. The owner frees it otherwise.
 */
struct integration_call *
integration_call_begin(const struct integration_request *request,
                       void (*done)(void *owner, struct integration_result *result), void *owner);

/* Gives up what is under way. Harmless with NULL. */
void integration_call_free(struct integration_call *call);

/* What an error frame says when there is no answer, and what $connect is refused with; *detail is
 * the error's, or NULL. */
const char *integration_outcome_text(enum integration_outcome outcome);
enum aws_error integration_outcome_error(enum integration_outcome outcome, const char **detail);

/* What access logs tell of it: the integration, and the status that the client gets where nothing
 * else comes between. Strings are borrowed from the result. */
void integration_result_describe(const struct integration_result *result, struct context *context);

/* Keeps what integration_result_describe() needs, beyond the call; the owner releases its problem,
 * there is nothing else to release. */
void integration_result_keep(struct integration_result *result, struct integration_result *kept);
