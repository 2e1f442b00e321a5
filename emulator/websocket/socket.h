#pragma once

/*
 * Open WebSocket connections by libwebsockets: framing, masking, fragments, UTF-8, close
 * handshakes, pings. The handshake happened elsewhere; a socket is adopted when all is decided.
 * Knows nothing of APIs and routes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alarms;
struct loop;
struct websocket;
struct websocket_host;

#define WEBSOCKET_REASON_MAX 123 /* bytes of a close reason, by RFC 6455 */

/* Bytes of a message where limits name no size. */
#define WEBSOCKET_MESSAGE_BOUND ((size_t)16 << 20)

enum send_result {
    SEND_DONE,       /* written, or queued behind earlier ones */
    SEND_QUEUE_FULL, /* the client doesn't read; nothing was queued */
    SEND_CLOSED,     /* the socket is closing */
};

/* How a connection came to its end. */
enum websocket_end {
    WEBSOCKET_LOST,          /* the transport just ended */
    WEBSOCKET_CLOSED,        /* websocket_close() was called */
    WEBSOCKET_CLIENT_CLOSED, /* a close frame came first */
    WEBSOCKET_BINARY_FRAME,
    WEBSOCKET_FRAME_TOO_LARGE,
    WEBSOCKET_MESSAGE_TOO_LARGE,
    WEBSOCKET_PROTOCOL_ERROR, /* no frames, or no UTF-8 */
};

/* What happens to a socket, told to its owner. No callback may free the websocket: it goes after
 * on_closed. */
struct websocket_events {
    /* A whole text message; data is valid during the call, with no NUL behind it. */
    void (*on_message)(void *owner, const char *data, size_t size);

    /* A ping or pong came in. */
    void (*on_control)(void *owner);

    /*
     * The connection ended, whoever began it; called exactly once, last. code is the client's, 1005
     * without one, 1006 if the transport just ended, or what this side sent. reason is "" or text
     * of at most 123 bytes.
     */
    void (*on_closed)(void *owner, enum websocket_end end, uint16_t code, const char *reason);
};

struct websocket_limits {
    size_t frame_size;   /* more in one frame: 1009. 0: unlimited */
    size_t message_size; /* more in one message: 1009 */
    size_t queue_size;   /* bytes queued for a client that doesn't read */
};

/* NULL after logging why. Raise the descriptor limit first: it sizes its tables by it. */
struct websocket_host *websocket_host_new(struct loop *loop, struct alarms *alarms,
                                          const struct websocket_limits *limits,
                                          const struct websocket_events *events);

/* All sockets must be closed; runs the turns of the loop that closing needs. */
void websocket_host_free(struct websocket_host *host);

/*
 * Takes over a connected socket whose upgrade request was read: answers 101 to key
 * (Sec-WebSocket-Key) with protocol (or NULL) as the subprotocol. NULL if it failed: then the
 * socket is closed and no callback comes.
 */
struct websocket *websocket_adopt(struct websocket_host *host, int socket, const char *key,
                                  const char *protocol, void *owner);

/* Sends one text message, in frames of at most frame_size; order is kept. */
enum send_result websocket_send(struct websocket *websocket, const char *data, size_t size);

/*
 * Begins to close with code and reason (cut to 123 bytes), after what is queued has gone out,
 * bounded in time: a client that doesn't read or answer is dropped. on_closed comes later, never
 * before this returns.
 */
void websocket_close(struct websocket *websocket, uint16_t code, const char *reason);

/* Open sockets, those that are closing included. */
size_t websocket_host_count(const struct websocket_host *host);

/* Bytes queued for all clients that don't read. */
size_t websocket_host_queued_size(const struct websocket_host *host);
