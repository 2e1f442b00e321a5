#pragma once

/* The listening sockets of the public port: one for each address that its host has. */

#include <stddef.h>
#include <stdint.h>

#define LISTENER_SOCKETS_MAX 8

struct listener {
    int sockets[LISTENER_SOCKETS_MAX]; /* non-blocking, closed on exec */
    size_t count;
    uint16_t port;
};

/*
 * Listens on port at host: a numeric address, a name, or "localhost", which means both loopback
 * addresses as far as this machine has them. Port 0 picks one that is free at every address. Names
 * are looked up at once, which may take a while. Returns 0, or a negative errno after logging what
 * stands in the way and what to do.
 */
int listener_open(struct listener *listener, const char *host, uint16_t port);
void listener_close(struct listener *listener);
