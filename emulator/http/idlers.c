#include "http/idlers.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"
#include "http/peer.h"

/* One that has just been answered may be about to ask again: closing it would cost a request. */
#define FRESH_MICROSECONDS INT64_C(1000000)

static struct http_peer *find_first(const struct idlers *idlers)
{
    return queue_entry(idlers->all.first, struct http_peer, idle_link);
}

/* libmicrohttpd sees its end, and closes it. */
static void drop(struct idlers *idlers, struct http_peer *peer)
{
    idlers_remove(idlers, peer);
    shutdown(peer->socket, SHUT_RD);
}

static void on_alarm(struct alarm *alarm);

static void set_alarm(struct idlers *idlers)
{
    const struct http_peer *first = find_first(idlers);
    int64_t elapsed;

    if (!first || idlers->patience_milliseconds == 0 || idlers->alarm.position)
        return;
    elapsed = (clock_microseconds() - first->idle_since) / 1000;
    alarm_set(idlers->alarms, &idlers->alarm, idlers->patience_milliseconds - elapsed, on_alarm);
}

static void on_alarm(struct alarm *alarm)
{
    struct idlers *idlers = container_of(alarm, struct idlers, alarm);
    int64_t since         = clock_microseconds() - idlers->patience_milliseconds * 1000;
    struct http_peer *first;

    while ((first = find_first(idlers)) && first->idle_since <= since)
        drop(idlers, first);
    set_alarm(idlers);
}

void idlers_init(struct idlers *idlers, struct alarms *alarms, unsigned patience_seconds)
{
    idlers->alarms                = alarms;
    idlers->patience_milliseconds = (int64_t)patience_seconds * 1000;
}

void idlers_deinit(struct idlers *idlers)
{
    if (idlers->alarms)
        alarm_stop(idlers->alarms, &idlers->alarm);
}

void idlers_add(struct idlers *idlers, struct http_peer *peer)
{
    if (peer->is_idle)
        return;
    peer->is_idle    = true;
    peer->idle_since = clock_microseconds();
    queue_push(&idlers->all, &peer->idle_link);
    set_alarm(idlers);
}

void idlers_remove(struct idlers *idlers, struct http_peer *peer)
{
    if (!peer->is_idle)
        return;
    peer->is_idle = false;
    queue_remove(&idlers->all, &peer->idle_link);
}

size_t idlers_drop(struct idlers *idlers, size_t count)
{
    int64_t since  = clock_microseconds() - FRESH_MICROSECONDS;
    size_t dropped = 0;
    struct http_peer *first;

    while (dropped < count && (first = find_first(idlers)) && first->idle_since <= since) {
        drop(idlers, first);
        dropped++;
    }
    return dropped;
}
