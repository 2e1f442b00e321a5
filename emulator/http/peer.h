#pragma once

/* One connection of a server. */

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"

struct http_peer {
    void *client; /* as http_server_add() was given it */
    int socket;
    bool has_left;
    bool is_idle;
    int64_t idle_since;          /* clock_microseconds() */
    struct queue_link link;      /* in leavers.all, once it has left */
    struct queue_link idle_link; /* in idlers.all, while it is idle */
};
