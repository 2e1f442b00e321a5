#pragma once

/*
 * Peers that send nothing more. Where a peer's last bytes and its end arrive together,
 * libmicrohttpd reads the bytes, waits for the next event, and none comes: the connection would
 * stay for ever. Here such connections get another event now and then until they are closed.
 */

#include "base/queue.h"
#include "http/peer_watch.h"
#include "loop/alarm.h"

struct http_peer;

struct leavers {
    struct peer_watch watch;
    struct alarms *alarms;
    struct alarm alarm;
    struct queue all;
};

/* Returns 0 or a negative errno after logging why. */
int leavers_init(struct leavers *leavers, struct loop *loop, struct alarms *alarms);
void leavers_deinit(struct leavers *leavers);

/* The peer stays its owner's. */
void leavers_add(struct leavers *leavers, struct http_peer *peer);

/* Before its socket is closed. */
void leavers_remove(struct leavers *leavers, struct http_peer *peer);
