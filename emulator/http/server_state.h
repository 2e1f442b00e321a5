#pragma once

/* What is inside a server: for server.c and request.c. */

#include <stdbool.h>
#include <stddef.h>

#include "base/queue.h"
#include "http/idlers.h"
#include "http/leavers.h"
#include "http/peer_watch.h"
#include "http/server.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"

struct MHD_Daemon;
struct MHD_Response;

struct http_server {
    struct loop *loop;
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    struct MHD_Response *empty; /* shared by all empty answers that need no header of their own */
    struct poller poller;       /* libmicrohttpd's epoll descriptor */
    struct alarms alarms;
    struct alarm idle; /* when a connection will have been idle for too long */
    struct loop_task pump;
    struct peer_watch peers; /* of calls that wait */
    struct leavers leavers;
    struct idlers idlers;
    struct queue waiting; /* calls that somebody will answer later */
    struct queue spare;
    size_t connection_count;
    struct http_peer *arriving; /* that is being added */
    bool is_stopping;
};

/* For what happens outside of the sockets' events; libmicrohttpd is never run from within itself.
 */
void http_server_pump_later(struct http_server *server);
