#pragma once

/* What the files of this folder share: the structs behind socket.h. Nobody else includes it. */

#include <libwebsockets.h>

#include "base/queue.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "websocket/event_pipe.h"
#include "websocket/socket.h"

struct websocket {
    struct websocket_host *host;
    struct lws *lws; /* NULL before the 101 and after the end */
    void *owner;

    struct queue frames;
    size_t queued_size;  /* of frames, what they cost themselves included */
    struct text message; /* what has come of a message in several chunks */
    size_t message_size; /* received of the current message */

    bool is_closing;         /* nothing more is delivered or sent; the alarm is set */
    bool is_close_due;       /* our close frame goes out behind the queue */
    bool is_close_sent;      /* close_code is what we sent */
    bool is_broken;          /* writing failed: drop it */
    uint16_t close_code;     /* 0: not known yet */
    struct closing *closing; /* NULL until the end begins: idle connections are many */
};

/* What a websocket needs at its end only. */
struct closing {
    struct websocket *websocket;
    struct loop_task task; /* moves the closing on, outside of libwebsockets' callbacks */
    struct alarm alarm;
    enum websocket_end end;
    char reason[WEBSOCKET_REASON_MAX + 1];
};

struct websocket_host {
    struct loop *loop;
    struct alarms *alarms;
    struct websocket_limits limits;
    struct websocket_events events;
    struct lws_context *context;
    struct event_pipe event_pipe; /* the context's */
    struct lws_vhost *vhost;
    struct lws_protocols protocols[2];
    size_t count;
    size_t queued_size; /* of all */
    size_t sent_frame_size;
    unsigned char *scratch; /* a frame that is written at once */

    /* Adoption is synchronous: whom the callbacks until then are about. */
    struct websocket *adopting;
    const char *adopting_protocol;
};
