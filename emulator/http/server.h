#pragma once

/*
 * HTTP by libmicrohttpd, on the loop. Sockets come from outside: from the front for the public
 * port, from a handler process's listener for the Runtime API. AWS's request id is on every answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "http/operation.h"

struct call;
struct http_server;
struct loop;

/* Who answers a request. */
struct http_target {
    const struct api_table *table; /* NULL: only otherwise */
    const char *path;              /* what the table is asked for, inside call_target() */
    void *owner;                   /* call_owner() */
    void *subject;                 /* call_subject(): the stage, say */
    operation_handler otherwise;   /* answers when the table has no row */
};

struct http_settings {
    size_t memory;         /* bytes of a connection's pool: bounds the head */
    unsigned idle_seconds; /* until a kept-alive connection's next head is whole; 0: for ever */
    unsigned body_seconds; /* until a body that comes in pieces is whole; 0: for ever */
    unsigned connections;  /* at most, at once */
    bool aws_request_id;   /* add x-amzn-RequestId to answers */

    /* Fills target, once a head has arrived. */
    void (*resolve)(void *owner, struct call *call, struct http_target *target);

    /* NULL, or told of each connection's end with what http_server_add() was given; also while the
     * server is freed. */
    void (*left)(void *owner, void *client);
    void *owner;
};

/* NULL after logging why. */
struct http_server *http_server_new(struct loop *loop, const struct http_settings *settings);

/* Answers what is open with 503, closes all connections. */
void http_server_free(struct http_server *server);

/*
 * Takes over a connected socket, in which a request may be waiting already. client is what
 * call_client() returns for all of its requests. Returns 0, or a negative errno: then the socket is
 * closed.
 */
int http_server_add(struct http_server *server, int socket, const struct sockaddr *peer,
                    socklen_t peer_size, void *client);

/*
 * Closes some connections in which no request's head has come for the longest time, so that others
 * find room: not at once, and none that has answered a moment ago. Returns how many.
 */
size_t http_server_drop_idle(struct http_server *server);

size_t http_server_connection_count(const struct http_server *server);
