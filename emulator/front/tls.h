#pragma once

/*
 * The TLS front: a thread that speaks TLS with clients and plain bytes with the rest of the
 * program, through one socket pair for each connection. The plain end is handed over once a whole
 * request head has been decrypted, and looks like any other client's socket.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct certificates;
struct loop;
struct tls;

struct tls_settings {
    struct loop *loop;
    struct certificates *certificates; /* only our thread asks it for contexts until tls_close() */
    int64_t patience_milliseconds;     /* until the head is complete */
    int socket_max;                    /* front_settings.pair_max */

    /*
     * Called on the loop: socket is the plain end, non-blocking, with all bytes from the first one
     * on; the callee's. is_late: the client began a request and did not go on.
     */
    void (*on_plain)(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size,
                     bool is_late);
    void *owner;
};

/* NULL after logging why. */
struct tls *tls_open(const struct tls_settings *settings);

/* Sends what is still on its way and closes all connections. Not from within on_plain, which isn't
 * called any more. */
void tls_close(struct tls *tls);

/* Takes a connected, non-blocking socket in which a TLS hello waits. From the loop. */
void tls_add(struct tls *tls, int socket, const struct sockaddr *peer, socklen_t peer_size);
