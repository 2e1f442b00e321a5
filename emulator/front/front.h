#pragma once

/*
 * The one public port: accepts, peeks at the first bytes, and hands each socket on. A TLS hello
 * goes through the TLS front and comes back plain; an upgrade becomes an arrival; everything else
 * is HTTP. Who says nothing, dribbles or sends garbage is answered and closed after a bounded time
 * and size.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "http/request_head.h"

struct arrival;
struct certificates;
struct front;
struct loop;
struct alarms;
struct plain_answers;

struct front_settings {
    struct loop *loop;
    struct alarms *alarms;
    struct plain_answers *answers;
    struct certificates *certificates; /* NULL: no TLS */
    const char *host;                  /* "localhost": both loopback addresses */
    uint16_t port;                     /* 0 picks a free one */
    int64_t patience_milliseconds;     /* with who sends no head; 0: ten seconds */

    /* Bounds of descriptors, 0: none. What lies above is kept for others, who may have got lower
     * ones too: so many are added to the bounds. */
    int upgrade_max; /* upgrades get 503 from this one on */
    int socket_max;  /* nobody is accepted from this one on */
    int pair_max;    /* no TLS client gets further from this one on */
    int (*kept_in_use)(void *owner);

    /* A bound was reached: closes, soon, what can be spared of that was handed on. */
    void (*make_room)(void *owner);

    /* An upgrade: its head was read, and nothing behind it. The arrival is the callee's. */
    void (*on_upgrade)(void *owner, struct arrival *arrival);

    /* Any other request, nothing of it read yet. The socket is the callee's. */
    void (*on_request)(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size);
    void *owner;
};

/* NULL after logging why (port in use: names its owner where that is known). */
struct front *front_open(const struct front_settings *settings);
uint16_t front_port(const struct front *front);

/* Accepts nothing more from now on. */
void front_stop(struct front *front);

/* Closes what is still undecided and all TLS connections. Arrivals that wait can be taken or
 * dropped later, but on_left isn't called any more. Not from within a callback of the front. */
void front_close(struct front *front);

/* What the client sent, and where it came from. */
const struct request_head *arrival_head(const struct arrival *arrival);
const char *arrival_source_ip(const struct arrival *arrival);
bool arrival_is_secure(const struct arrival *arrival); /* came by TLS */

/* Calls on_left(owner) once if the client goes away while the arrival waits; only until
 * arrival_take(). */
void arrival_watch(struct arrival *arrival, void (*on_left)(void *owner), void *owner);

/* The socket, which is the caller's from now on. Frees the arrival. */
int arrival_take(struct arrival *arrival);

/* Closes the socket and frees the arrival. */
void arrival_drop(struct arrival *arrival);
