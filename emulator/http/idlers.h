#pragma once

/*
 * Connections whose next request's head isn't there yet, the longest idle first. libmicrohttpd
 * counts how long a connection is silent, so that one byte now and then keeps it for ever; here it
 * is how long it takes until the head is whole. And whoever needs room can have theirs.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/queue.h"
#include "loop/alarm.h"

struct http_peer;

struct idlers {
    struct alarms *alarms;
    struct alarm alarm;
    int64_t patience_milliseconds; /* 0: without end */
    struct queue all;
};

void idlers_init(struct idlers *idlers, struct alarms *alarms, unsigned patience_seconds);
void idlers_deinit(struct idlers *idlers);

/* Harmless if it is among them. */
void idlers_add(struct idlers *idlers, struct http_peer *peer);

/* Harmless if it isn't. */
void idlers_remove(struct idlers *idlers, struct http_peer *peer);

/* Closes up to count of them, but none that has become idle only now. Returns how many. */
size_t idlers_drop(struct idlers *idlers, size_t count);
