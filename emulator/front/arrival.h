#pragma once

/*
 * The sockets that nobody has yet: one edge-triggered epoll set with all of them, which the loop
 * watches as one descriptor. A socket stays until its first bytes show whose it is, as an upgrade
 * until its arrival is taken. Knows nothing of listening and TLS; the functions for arrivals
 * themselves are in front.h.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/queue.h"
#include "loop/poller.h"

struct alarms;
struct arrival;
struct loop;
struct plain_answers;

struct arrivals_settings {
    struct loop *loop;
    struct alarms *alarms;
    struct plain_answers *answers;
    int64_t patience_milliseconds; /* with a client that hasn't sent its head */

    /* False: there are so few descriptors left that this one can't become a WebSocket's. */
    bool (*has_room)(void *owner, int socket);

    /* Each takes the socket, or the arrival, over. */
    void (*on_tls)(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size);
    void (*on_upgrade)(void *owner, struct arrival *arrival);
    void (*on_request)(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size);
    void *owner;
};

/* Lives inside the front. */
struct arrivals {
    struct arrivals_settings settings;
    struct poller poller;
    struct queue undecided;
    struct queue waiting; /* upgrades */
    int set;              /* the epoll descriptor; -1: closed */
    int64_t complained_at;
};

/* Returns 0 or a negative errno after logging why. */
int arrivals_init(struct arrivals *arrivals, const struct arrivals_settings *settings);

/* Closes undecided sockets. Upgrades stay with whoever has their arrival, unwatched. */
void arrivals_deinit(struct arrivals *arrivals);

/* Takes a connected, non-blocking socket. is_secure: it is the plain end of a TLS connection. */
void arrivals_add(struct arrivals *arrivals, int socket, const struct sockaddr *peer,
                  socklen_t peer_size, bool is_secure);

/* Drops the client that has been undecided for longest; false if nobody was given enough time. */
bool arrivals_drop_oldest(struct arrivals *arrivals);

/* The answer to a client that didn't send a whole head in time. Takes the socket. */
void arrivals_answer_late(struct arrivals *arrivals, int socket);
