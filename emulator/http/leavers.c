#include "http/leavers.h"

#include <sys/socket.h>

#include "base/memory.h"
#include "http/peer.h"

/* The first event comes when what the peer has sent was read, the others for the case that it
 * wasn't. */
#define FIRST_MILLISECONDS 50
#define AGAIN_MILLISECONDS 1000

/* Nothing more comes in anyway; the kernel tells whoever watches the socket once more. */
static void on_alarm(struct alarm *alarm)
{
    struct leavers *leavers = container_of(alarm, struct leavers, alarm);

    for (struct queue_link *link = leavers->all.first; link; link = link->next)
        shutdown(queue_entry(link, struct http_peer, link)->socket, SHUT_RD);
    if (!queue_is_empty(&leavers->all))
        alarm_set(leavers->alarms, &leavers->alarm, AGAIN_MILLISECONDS, on_alarm);
}

static void on_left(void *owner, void *left)
{
    struct leavers *leavers = owner;
    struct http_peer *peer  = left;

    peer_watch_remove(&leavers->watch, peer->socket);
    peer->has_left = true;
    queue_push(&leavers->all, &peer->link);
    if (!leavers->alarm.position)
        alarm_set(leavers->alarms, &leavers->alarm, FIRST_MILLISECONDS, on_alarm);
}

int leavers_init(struct leavers *leavers, struct loop *loop, struct alarms *alarms)
{
    leavers->alarms = alarms;
    return peer_watch_init(&leavers->watch, loop, on_left, leavers);
}

void leavers_deinit(struct leavers *leavers)
{
    if (leavers->alarms)
        alarm_stop(leavers->alarms, &leavers->alarm);
    peer_watch_deinit(&leavers->watch);
}

void leavers_add(struct leavers *leavers, struct http_peer *peer)
{
    peer_watch_add(&leavers->watch, peer->socket, peer);
}

void leavers_remove(struct leavers *leavers, struct http_peer *peer)
{
    if (peer->has_left)
        queue_remove(&leavers->all, &peer->link);
    else
        peer_watch_remove(&leavers->watch, peer->socket);
}
