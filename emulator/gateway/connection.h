#pragma once

/*
 * A connection, from its handshake to the delivery of its $disconnect event:
 *
 *     PENDING --> OPEN --> LEAVING <--> DEPARTING --> GONE
 *        |                    ^
 *        +--------------------+   the client left while its $connect handler was saying yes
 *
 * AWS: "Manage connected users and client apps: $connect and $disconnect routes". From LEAVING on
 * posts get 410.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/queue.h"
#include "gateway/close_cause.h"
#include "gateway/event.h"
#include "loop/alarm.h"
#include "websocket/socket.h"

struct connection_row;
struct departure;
struct gateway;
struct live_stage;

enum connection_state {
    CONNECTION_PENDING,   /* its handshake is under way */
    CONNECTION_OPEN,      /* in the table: @connections finds it */
    CONNECTION_LEAVING,   /* ended; waits for its turn to tell its $disconnect handler */
    CONNECTION_DEPARTING, /* the $disconnect handler runs */
    CONNECTION_GONE,      /* delivered; freed once its socket is gone too */
};

struct connection {
    struct gateway *gateway;
    struct live_stage *stage;
    struct websocket *websocket; /* NULL: not adopted, or closed */
    struct queue_link link;      /* in the gateway's open, then in its leaving */
    struct queue_link touched;   /* in the gateway's touched, while is_touched */
    struct queue messages;       /* those whose handlers run */
    struct alarm alarm;          /* idle timeout and maximum duration */
    struct departure *departure; /* while DEPARTING */
    uint64_t number;             /* of the open ones, in order of connecting; 0 before */
    int64_t connected_at;        /* ms since 1970 */
    int64_t last_active_at;
    char *close_reason; /* NULL until it has ended */
    enum connection_state state;
    uint16_t close_code;
    uint16_t throttled_count; /* messages refused since the last that wasn't */
    bool is_touched;
    char id[ID_SIZE];

    /* Pieces of one block, which is owned. */
    char *strings;
    const char *source_ip;
    const char *user_agent; /* NULL: none */
    const char *domain_name;
    const char *deployment_id;
    const char *authorizer;  /* JSON; NULL: none ran */
    const char *credentials; /* JSON object of members of identity; NULL: none */
};

/* A PENDING connection of that stage; facts are copied. */
struct connection *connection_new(struct gateway *gateway, struct live_stage *stage,
                                  const struct event_facts *facts, const char *deployment_id);

/*
 * Adds what authorization found to a PENDING connection and all its events: the JSON object of
 * requestContext.authorizer, and further members of identity. Each may be NULL.
 */
void connection_authorize(struct connection *connection, const char *authorizer,
                          const char *credentials);

/* A LEAVING connection of an earlier process, which waits to deliver its $disconnect. */
void connection_recover(struct gateway *gateway, struct live_stage *stage,
                        const struct connection_row *row);

/* Writes what its row in the store holds. */
void connection_fill_row(const struct connection *connection, struct connection_row *row);

/* Fills the constant members of one of its events, and a new request id. */
void connection_fill_event(const struct connection *connection, const char *stage_variables,
                           int64_t now, struct event *event);

/*
 * Makes a PENDING connection OPEN on a socket, which is taken: 101 is answered here. protocol may
 * be NULL. If the client has gone meanwhile, the connection is LEAVING with 1006.
 */
void connection_open(struct connection *connection, int socket, const char *key,
                     const char *protocol);

/* Ends a connection: off the table, its row closed, its $disconnect on the way. Nothing if it has
 * ended before. */
void connection_close(struct connection *connection, enum close_cause cause);

/* Closes a connection whose stage isn't deployed any more. Nothing if it has ended before. */
void connection_cut_off(struct connection *connection);

/* Its $disconnect is delivered: DEPARTING to GONE. */
void connection_depart(struct connection *connection);

/* Sends one text message. */
enum send_result connection_send(struct connection *connection, const char *data, size_t size);

/* Frees a PENDING connection that was refused, or any where the gateway itself goes. */
void connection_free(struct connection *connection);

/* Queues the times of activity for the store. */
void connections_flush(struct gateway *gateway);

/* What happens to the sockets of connections. */
extern const struct websocket_events connection_events;
