#pragma once

/*
 * Notices peers that leave while their request waits for its answer: libmicrohttpd doesn't look at
 * a suspended connection. One epoll set for all of a server's; that is two system calls for a
 * waiting call, where a libuv handle would be four and an allocation.
 */

#include "loop/poller.h"

struct loop;

struct peer_watch {
    int epoll; /* -1: closed */
    struct poller poller;
    void (*on_left)(void *owner, void *peer);
    void *owner;
};

/* on_left is called with what peer_watch_add() was given; it must call peer_watch_remove(). Returns
 * 0 or a negative errno. */
int peer_watch_init(struct peer_watch *watch, struct loop *loop,
                    void (*on_left)(void *owner, void *peer), void *owner);
void peer_watch_deinit(struct peer_watch *watch);

/* A peer that has left already is reported in the next turn. */
void peer_watch_add(struct peer_watch *watch, int socket, void *peer);

/* on_left isn't called for it any more; before the socket is closed. */
void peer_watch_remove(struct peer_watch *watch, int socket);
