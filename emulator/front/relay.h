#pragma once

/*
 * TLS connections on their way through: decrypted bytes go to the plain end of a socket pair, plain
 * bytes come back and are encrypted. All connections of one thread are one epoll set. Knows nothing
 * of what is said over a connection, but where its first head ends; knows nothing of threads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/queue.h"

struct certificates;
struct tls_server;

#define RELAY_PIECE_SIZE 16384 /* what a TLS record holds */

/* The phases of a connection; see relay.c. */
enum relay_phase {
    RELAY_ARRIVING,
    RELAY_RELAYING,
    RELAY_FLUSHING,
    RELAY_LINGERING,
    RELAY_GONE,
};

#define RELAY_PHASE_COUNT 5

struct relays_settings {
    struct certificates *certificates;
    int wake;                      /* a descriptor whose events only end a turn */
    int64_t patience_milliseconds; /* until the head is complete */
    int socket_max;                /* front_settings.pair_max */

    /* Takes the plain end, non-blocking, from the first byte on. is_late: the client began a
     * request and did not go on. */
    void (*on_plain)(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size,
                     bool is_late);
    void *owner;
};

/* Lives inside its owner. */
struct relays {
    struct relays_settings settings;
    struct tls_server *server;
    int set;                                /* the epoll descriptor */
    struct queue phases[RELAY_PHASE_COUNT]; /* each in the order of its deadlines */
    int64_t complained_at;                  /* about a lack of descriptors; microseconds */
    char piece[RELAY_PIECE_SIZE];
};

/* Returns 0 or a negative errno after logging why. */
int relays_init(struct relays *relays, const struct relays_settings *settings);

/* Sends once more what has come from plain ends, and closes everything. */
void relays_deinit(struct relays *relays);

/* Takes a connected, non-blocking socket in which a TLS hello waits. */
void relays_add(struct relays *relays, int socket, const struct sockaddr *peer,
                socklen_t peer_size);

/* Waits for events, serves them and lets deadlines pass. */
void relays_turn(struct relays *relays);
