#pragma once

/*
 * What is inside a call: for call.c, which answers it, and server.c, which moves its bytes. A call
 * goes back to the server's store when libmicrohttpd is through with its request.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/queue.h"
#include "base/text.h"
#include "http/operation.h"
#include "http/server.h"

struct MHD_Connection;
struct MHD_Response;
struct call_header;
struct http_peer;
struct url_parameter;

/*
 *     READING --> RUNNING --> WAITING --> GONE
 *        |           |           |
 *        +-----------+-----------+------> ANSWERED
 */
enum call_phase {
    CALL_READING,  /* head and body come in */
    CALL_RUNNING,  /* the handler runs */
    CALL_WAITING,  /* somebody will answer later */
    CALL_ANSWERED, /* response is there, or has been handed to libmicrohttpd */
    CALL_GONE,     /* its peer has left, nobody answers any more */
};

struct call {
    struct queue_link link; /* in one of the server's queues: waiting or spare */
    enum call_phase phase;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct MHD_Response *shared; /* the empty answer without headers of its own; NULL: none */
    void (*on_answered)(struct call *call); /* somebody has answered a waiting call */

    const char *method;
    const char *target;
    void *client;
    struct http_peer *peer;
    struct http_target goal;
    const struct operation *operation; /* NULL: none */
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    size_t parameter_count;
    struct url_parameter *query; /* split when first asked for */
    size_t query_count;
    bool has_query;
    bool has_head;       /* the head was looked at */
    bool is_suspended;   /* libmicrohttpd leaves the connection alone */
    bool has_request_id; /* the answer shows one */
    char request_id[ID_UUID_SIZE];

    struct text body;
    size_t body_size;   /* of all that came, kept or not */
    int64_t body_since; /* microseconds; 0: less than two pieces have come */

    unsigned status;
    struct MHD_Response *response;
    struct call_header *headers; /* of the answer, last one first */
    void (*gone)(void *owner);
    void *gone_owner;

    struct arena arena;
    size_t scratch_used;
    char scratch[512]; /* saves most calls the arena */
};

/* The only place where a call changes its phase. */
void call_become(struct call *call, enum call_phase phase);

/* size + 1 bytes that live as long as the call; not zeroed. */
char *call_scratch(struct call *call, size_t size);
