#pragma once

/*
 * Whether a client may come in: its API key, its signature, then its identity sources, then what
 * the Lambda authorizer says of it. Runs before the $connect route, once for each connection.
 *
 * AWS: "Control and manage access to WebSocket APIs in API Gateway". Authorizers' results aren't
 * cached for WebSocket APIs.
 */

#include <stdint.h>

#include "base/id.h"
#include "base/text.h"
#include "http/aws_error.h"
#include "lambda/lambda.h"

struct connection;
struct gateway;
struct request_head;
struct snapshot;

enum authorization_state {
    AUTHORIZATION_PENDING, /* the authorizer runs: done is called */
    AUTHORIZATION_ALLOWED,
    AUTHORIZATION_REFUSED, /* error is what the client gets */
};

/* Lives inside whoever waits for it, zeroed before use. */
struct authorization {
    /* Set before authorization_begin(), valid until done. */
    struct gateway *gateway;
    const struct snapshot *snapshot;
    const struct connection *connection;
    void (*done)(struct authorization *authorization);

    /* Valid once it is decided. */
    enum authorization_state state;
    enum aws_error error;
    struct text detail;           /* of the error */
    struct text context;          /* requestContext.authorizer; empty: no authorizer ran */
    int64_t latency_milliseconds; /* of the authorizer */
    struct text credentials;      /* what identity has of API key and signature; empty: nothing */

    struct invocation invocation;
    char *referer; /* for the policy; NULL: none */
};

/*
 * Decides, or begins to: with AUTHORIZATION_PENDING done is called later, once, unless the
 * authorization is cancelled. head is only read here.
 */
enum authorization_state authorization_begin(struct authorization *authorization,
                                             const struct request_head *head, const char *trace_id);

/* done will not be called. Harmless when nothing runs. */
void authorization_cancel(struct authorization *authorization);
void authorization_deinit(struct authorization *authorization);
