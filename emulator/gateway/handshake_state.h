#pragma once

/* What the files of a handshake share: the handshake itself. Nobody else includes it. */

#include <stdbool.h>

#include "base/id.h"
#include "base/queue.h"
#include "base/text.h"
#include "gateway/authorization.h"
#include "gateway/integration_call.h"
#include "http/aws_error.h"
#include "lambda/lambda.h"
#include "store/store_connection.h"

struct arrival;
struct connection;
struct gateway;
struct snapshot;
struct snapshot_route;

enum handshake_state {
    HANDSHAKE_RESOLVING,
    HANDSHAKE_AUTHORIZING,
    HANDSHAKE_CONNECTING,
    HANDSHAKE_RECORDING,
    HANDSHAKE_ADOPTED,
    HANDSHAKE_REFUSED,
};

struct handshake {
    struct gateway *gateway;
    struct queue_link link; /* in the gateway's handshakes */
    enum handshake_state state;
    struct arrival *arrival;       /* NULL: the client has left */
    struct connection *connection; /* from AUTHORIZING on */
    struct snapshot *snapshot;     /* kept, from AUTHORIZING on */
    const struct snapshot_route *route;
    struct authorization authorization;
    char trace_id[ID_TRACE_SIZE]; /* "" until an event has it: trace_id() */
    struct invocation invocation;
    struct integration_call *call; /* instead of it; NULL: none is under way */
    bool has_answered;             /* the $connect handler, or integration, has */
    struct integration_result
        result;               /* of the call, once it is over, without its texts for the client */
    char request_id[ID_SIZE]; /* of the $connect event, or of the refusal before it */
    struct store_waiter row;
    struct text protocol; /* the subprotocol that the handler chose; empty: none */
};

/* The only place where a handshake changes state. */
void handshake_become(struct handshake *handshake, enum handshake_state state);

/* Refuses with one of AWS's own answers. */
void handshake_refuse(struct handshake *handshake, enum aws_error error, const char *detail);
void handshake_log_refusal(const struct handshake *handshake, enum aws_error error,
                           const char *reason, const char *text);

/*
 * Writes the line of the access log: error is what the client got instead of what the $connect
 * route or the gateway said, NULL: nothing. The connection must still be there.
 */
void handshake_log_access(struct handshake *handshake, const enum aws_error *error,
                          const char *detail);

/* The client's socket, for the answer with that status. */
int handshake_take_socket(struct handshake *handshake, unsigned status);
void handshake_forget_connection(struct handshake *handshake);

/* Of the $connect route, which may not exist. */
struct route_metrics *handshake_metrics(const struct handshake *handshake);

/* The same for the authorizer and the $connect route. */
const char *handshake_trace_id(struct handshake *handshake);

/* For arrival_watch(). */
void handshake_client_left(void *owner);

/* connect_route.c: asks the $connect route, and takes what it says. */
void connect_route_run(struct handshake *handshake);
