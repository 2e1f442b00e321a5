#pragma once

/*
 * Where one process finds its Runtime API: a listener of its own on the loopback address, so that
 * whoever connects is known. Connections go to the server that all processes share.
 */

#include <stdint.h>

#include "loop/alarm.h"
#include "loop/poller.h"

struct http_server;
struct loop;

struct endpoint {
    int listener; /* -1: none */
    uint16_t port;
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

/* Connections that were made stay. Harmless if it isn't open. */
void endpoint_close(struct endpoint *endpoint);
