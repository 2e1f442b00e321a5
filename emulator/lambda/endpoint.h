#pragma once

/*
 * Where one process finds its Runtime API: a listener of its own on the loopback address, so that
 * whoever connects is known. Connections go to the server that all processes share.
 */

#include <stdbool.h>
#include <stdint.h>

#include "loop/alarm.h"
#include "loop/poller.h"

struct http_server;
struct loop;

/* Connections that one process may have: it needs one, seldom a second. What it leaks must not be
 * missing to others. */
#define ENDPOINT_CONNECTIONS_MAX 32

struct endpoint {
    int listener; /* -1: none */
    uint16_t port;
    unsigned connections;  /* open ones */
    bool has_refused;      /* has told that there were too many */
    int64_t complained_at; /* of a lack of descriptors, microseconds; 0: never */
    struct poller poller;
    struct alarm pause; /* when no more sockets could be had */
    struct loop *loop;
    struct alarms *alarms;
    struct http_server *server;
    void *client; /* whom the server takes its requests to be from */
};

/* Listens from here on. Returns 0 or a negative errno. */
int endpoint_open(struct endpoint *endpoint, struct loop *loop, struct alarms *alarms,
                  struct http_server *server, void *client);

/* One of its connections has ended. */
void endpoint_left(struct endpoint *endpoint);

/* Connections that were made stay. Harmless if it isn't open. */
void endpoint_close(struct endpoint *endpoint);
