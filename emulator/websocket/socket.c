#include "websocket/socket.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/queue.h"
#include "base/reason.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "websocket/event_pipe.h"

#define KEY_LENGTH 24 /* of Sec-WebSocket-Key, by RFC 6455 */

#define CODE_NONE    1005
#define CODE_LOST    1006
#define CODE_BINARY  1003
#define CODE_TOO_BIG 1009

#define CLOSING_MILLISECONDS 5000 /* until a client that doesn't go is dropped */

/* For each connection: idle ones are many, messages are short. With what libwebsockets
 * and malloc add it stays below a kilobyte. */
#define RECEIVE_BUFFER_SIZE 960
#define SERVICE_BUFFER_SIZE 16384
#define FRAME_SIZE_DEFAULT  131072 /* of what is sent, where limits name none */
#define FRAME_HEADER_ROOM   1024   /* for what goes in front of a frame in one packet */

#define DESTROY_TURNS 50 /* of the loop, in which libwebsockets closes its handles */

/* One frame of a message that waits until the client reads. */
struct frame {
    struct queue_link link;
    size_t size;
    enum lws_write_protocol kind;
    unsigned char bytes[]; /* LWS_PRE bytes for the header, then the payload */
};

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

/* No pings and no timers of libwebsockets: its timers are a list in which each insertion walks past
 * all others. */
static const lws_retry_bo_t no_retries = {0};

static void free_frames(struct websocket *websocket)
{
    struct frame *frame;

    while ((frame = queue_entry(queue_pop(&websocket->frames), struct frame, link)))
        free(frame);
    websocket->host->queued_size -= websocket->queued_size;
    websocket->queued_size = 0;
}

static void free_memory(void *object)
{
    struct websocket *websocket = object;

    free(websocket->closing);
    free(websocket);
}

/* Releases what the websocket holds; its own memory goes after the turn. */
static void discard(struct websocket *websocket)
{
    websocket->lws = NULL;
    if (websocket->closing) {
        alarm_stop(websocket->host->alarms, &websocket->closing->alarm);
        loop_task_cancel(&websocket->closing->task);
    }
    free_frames(websocket);
    text_deinit(&websocket->message);
    loop_free_later(websocket->host->loop, websocket, free_memory);
}

static struct closing *closing_of(struct websocket *websocket)
{
    if (!websocket->closing) {
        websocket->closing            = NEW(struct closing);
        websocket->closing->websocket = websocket;
    }
    return websocket->closing;
}

/*
 * Ends the connection without a word. The descriptor is shut down first: libwebsockets doesn't
 * close while it has bytes to write, which the client may never take.
 */
static void drop(struct websocket *websocket)
{
    if (!websocket->lws)
        return;
    shutdown(lws_get_socket_fd(websocket->lws), SHUT_RDWR);
    lws_set_timeout(websocket->lws, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static void on_closing_too_long(struct alarm *alarm)
{
    drop(container_of(alarm, struct closing, alarm)->websocket);
}

static void start_closing(struct websocket *websocket)
{
    if (websocket->is_closing)
        return;
    websocket->is_closing = true;
    text_deinit(&websocket->message);
    alarm_set(websocket->host->alarms, &closing_of(websocket)->alarm, CLOSING_MILLISECONDS,
              on_closing_too_long);
}

/* The size of a reason when it is cut to what fits into a close frame, between characters. */
static size_t reason_size(const char *reason, size_t size)
{
    if (size <= WEBSOCKET_REASON_MAX)
        return size;
    size = WEBSOCKET_REASON_MAX;
    while (size > 0 && ((unsigned char)reason[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void set_close(struct websocket *websocket, uint16_t code, const char *reason, size_t size)
{
    struct closing *closing = closing_of(websocket);

    size = reason_size(reason, size);
    memcpy(closing->reason, reason, size);
    closing->reason[size] = '\0';
    websocket->close_code = code;
}

/* Gives libwebsockets the close frame; the caller then makes it close. */
static void announce_close(struct websocket *websocket)
{
    websocket->is_close_sent = true;
    lws_close_reason(websocket->lws, (enum lws_close_status)websocket->close_code,
                     (unsigned char *)websocket->closing->reason,
                     strlen(websocket->closing->reason));
}

/*
 * The only place where this side begins a close handshake but for on_receive(). A close that is
 * asked for by returning -1 from the writeable callback would lose its frame under libuv, hence
 * the synchronous kill: it sends the frame and waits for the client's.
 */
static void on_task(struct loop_task *task)
{
    struct websocket *websocket = container_of(task, struct closing, task)->websocket;

    if (websocket->is_broken) {
        drop(websocket);
        return;
    }
    if (!websocket->lws || !websocket->is_close_due)
        return;
    if (!queue_is_empty(&websocket->frames) || lws_partial_buffered(websocket->lws)) {
        lws_callback_on_writable(websocket->lws);
        return;
    }
    websocket->is_close_due = false;
    announce_close(websocket);
    lws_set_timeout(websocket->lws, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static void fail(struct websocket *websocket)
{
    websocket->is_broken = true;
    start_closing(websocket);
    loop_later(websocket->host->loop, &websocket->closing->task, on_task);
}

/* False if the connection is broken. */
static bool write_frame(struct websocket *websocket, unsigned char *payload, size_t size,
                        enum lws_write_protocol kind)
{
    if (lws_write(websocket->lws, payload, size, kind) >= 0)
        return true;
    fail(websocket);
    return false;
}

/* Writing while libwebsockets still holds bytes of an earlier frame would corrupt the stream. */
static bool may_write(const struct websocket *websocket)
{
    return queue_is_empty(&websocket->frames) && !lws_partial_buffered(websocket->lws);
}

static size_t cost(const struct frame *frame)
{
    return sizeof *frame + frame->size;
}

static void enqueue(struct websocket *websocket, const char *data, size_t size,
                    enum lws_write_protocol kind)
{
    struct frame *frame = memory_new(sizeof *frame + LWS_PRE + size);

    frame->size = size;
    frame->kind = kind;
    if (size > 0)
        memcpy(frame->bytes + LWS_PRE, data, size);
    queue_push(&websocket->frames, &frame->link);
    websocket->queued_size += cost(frame);
    websocket->host->queued_size += cost(frame);
}

static enum lws_write_protocol frame_kind(bool is_first, bool is_last)
{
    unsigned kind = is_first ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION;

    return (enum lws_write_protocol)(is_last ? kind : kind | LWS_WRITE_NO_FIN);
}

/* Writes one frame now if nothing is ahead of it, or else queues it. */
static bool send_frame(struct websocket *websocket, const char *data, size_t size,
                       enum lws_write_protocol kind)
{
    unsigned char *payload = websocket->host->scratch + LWS_PRE;

    if (!may_write(websocket)) {
        enqueue(websocket, data, size, kind);
        return true;
    }
    if (size > 0)
        memcpy(payload, data, size);
    return write_frame(websocket, payload, size, kind);
}

enum send_result websocket_send(struct websocket *websocket, const char *data, size_t size)
{
    size_t frame_size = websocket->host->sent_frame_size;
    size_t done       = 0;

    if (!websocket->lws || websocket->is_closing)
        return SEND_CLOSED;
    if (!may_write(websocket) &&
        (size > websocket->host->limits.queue_size ||
         websocket->queued_size + sizeof(struct frame) > websocket->host->limits.queue_size - size))
        return SEND_QUEUE_FULL;
    do {
        size_t part = size - done < frame_size ? size - done : frame_size;

        if (!send_frame(websocket, data + done, part, frame_kind(done == 0, done + part == size)))
            return SEND_CLOSED;
        done += part;
    } while (done < size);
    if (!queue_is_empty(&websocket->frames))
        lws_callback_on_writable(websocket->lws);
    return SEND_DONE;
}

static void on_writeable(struct websocket *websocket)
{
    while (!websocket->is_broken && !lws_partial_buffered(websocket->lws)) {
        struct frame *frame = queue_entry(queue_pop(&websocket->frames), struct frame, link);

        if (!frame)
            break;
        websocket->queued_size -= cost(frame);
        websocket->host->queued_size -= cost(frame);
        write_frame(websocket, frame->bytes + LWS_PRE, frame->size, frame->kind);
        free(frame);
    }
    if (websocket->is_broken)
        return;
    if (!queue_is_empty(&websocket->frames) || lws_partial_buffered(websocket->lws))
        lws_callback_on_writable(websocket->lws);
    else if (websocket->is_close_due)
        loop_later(websocket->host->loop, &websocket->closing->task, on_task);
}

/*
 * Ends the connection from within the receive callback, whose result this is. Where frames are on
 * their way the close waits for them like any other, and what still comes in is thrown away.
 */
static int refuse(struct websocket *websocket, enum websocket_end end, uint16_t code,
                  const char *reason)
{
    closing_of(websocket)->end = end;
    start_closing(websocket);
    set_close(websocket, code, reason, strlen(reason));
    if (!may_write(websocket)) {
        websocket->is_close_due = true;
        lws_callback_on_writable(websocket->lws);
        return 0;
    }
    announce_close(websocket);
    return -1;
}

static void deliver(struct websocket *websocket, const char *data, size_t size)
{
    struct websocket_events *events = &websocket->host->events;
    SCOPED_TEXT message             = {0};

    if (lws_is_first_fragment(websocket->lws)) {
        if (lws_is_final_fragment(websocket->lws)) {
            events->on_message(websocket->owner, size > 0 ? data : "", size);
            return;
        }
        text_clear(&websocket->message);
    }
    text_append(&websocket->message, data, size);
    if (!lws_is_final_fragment(websocket->lws))
        return;
    message            = websocket->message;
    websocket->message = (struct text){0};
    events->on_message(websocket->owner, text_string(&message), message.size);
}

/* Limits are looked at when a frame begins, before the bytes it announces have come. */
static int on_receive(struct websocket *websocket, const char *data, size_t size)
{
    const struct websocket_limits *limits = &websocket->host->limits;
    size_t to_come;

    if (websocket->is_closing)
        return 0;
    if (lws_frame_is_binary(websocket->lws))
        return refuse(websocket, WEBSOCKET_BINARY_FRAME, CODE_BINARY,
                      "Binary frames are not supported");
    to_come = lws_remaining_packet_payload(websocket->lws);
    if (lws_is_first_fragment(websocket->lws))
        websocket->message_size = 0;
    websocket->message_size += size;
    if (limits->frame_size > 0 && size + to_come > limits->frame_size)
        return refuse(websocket, WEBSOCKET_FRAME_TOO_LARGE, CODE_TOO_BIG, "Frame too big");
    if (to_come > limits->message_size || websocket->message_size > limits->message_size - to_come)
        return refuse(websocket, WEBSOCKET_MESSAGE_TOO_LARGE, CODE_TOO_BIG, "Message too big");
    deliver(websocket, data, size);
    return 0;
}

/* payload is that of a close frame: nothing, or a code and a reason. */
static void note_close_frame(struct websocket *websocket, const unsigned char *payload, size_t size)
{
    if (size < 2)
        set_close(websocket, CODE_NONE, "", 0);
    else
        set_close(websocket, (uint16_t)(payload[0] << 8 | payload[1]), (const char *)payload + 2,
                  size - 2);
}

static void on_peer_close(struct websocket *websocket, const unsigned char *payload, size_t size)
{
    start_closing(websocket);
    websocket->is_close_due = false;
    if (websocket->is_close_sent)
        return;
    closing_of(websocket)->end = WEBSOCKET_CLIENT_CLOSED;
    note_close_frame(websocket, payload, size);
}

/* libwebsockets ends connections itself when the client breaks the protocol (1002, 1007); the only
 * trace is the close frame that it has sent. */
static void settle_close_code(struct websocket *websocket)
{
    int size = lws_get_close_length(websocket->lws);

    if (websocket->is_close_due) /* never sent */
        websocket->close_code = 0;
    if (websocket->close_code)
        return;
    closing_of(websocket)->end = size >= 2 ? WEBSOCKET_PROTOCOL_ERROR : WEBSOCKET_LOST;
    if (size >= 2)
        note_close_frame(websocket, lws_get_close_payload(websocket->lws), (size_t)size);
    else
        set_close(websocket, CODE_LOST, "", 0);
}

static void on_end(struct websocket *websocket)
{
    struct websocket_host *host = websocket->host;

    if (host->adopting == websocket) { /* websocket_adopt() sees it and discards it */
        websocket->lws = NULL;
        return;
    }
    settle_close_code(websocket);
    discard(websocket);
    host->count--;
    host->events.on_closed(websocket->owner, websocket->closing->end, websocket->close_code,
                           websocket->closing->reason);
}

static int add_headers(const struct websocket_host *host, struct lws_process_html_args *headers)
{
    int size;

    if (!host->adopting_protocol)
        return 0;
    size = snprintf(headers->p, (size_t)headers->max_len, "Sec-WebSocket-Protocol: %s\r\n",
                    host->adopting_protocol);
    if (size < 0 || size >= headers->max_len)
        return -1;
    headers->p += size;
    return 0;
}

/* libwebsockets has a hundred reasons to call; these are those that matter here. */
static int on_event(struct lws *lws, enum lws_callback_reasons reason, void *user, void *in,
                    size_t size)
{
    struct websocket_host *host = lws_context_user(lws_get_context(lws));
    struct websocket *websocket = user;

    if (reason == LWS_CALLBACK_ADD_HEADERS)
        return add_headers(host, in);
    if (reason == LWS_CALLBACK_ESTABLISHED && host->adopting) {
        lws_set_wsi_user(lws, host->adopting);
        host->adopting->lws = lws;
        return 0;
    }
    if (!websocket || !websocket->lws)
        return 0;
    if (reason == LWS_CALLBACK_RECEIVE)
        return on_receive(websocket, in, size);
    if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
        on_writeable(websocket);
    else if (reason == LWS_CALLBACK_RECEIVE_PONG)
        host->events.on_control(websocket->owner);
    else if (reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE)
        on_peer_close(websocket, in, size);
    else if (reason == LWS_CALLBACK_CLOSED) {
        lws_set_wsi_user(lws, NULL);
        on_end(websocket);
    }
    return 0;
}

/* Every adoption is announced as an error, which it isn't. */
static void on_log_line(int level, const char *line)
{
    int size = (int)strcspn(line, "\n");

    if (strstr(line, "readbuf"))
        return;
    if (level == LLL_ERR)
        log_warn(LOG_FIELDS({"reason", REASON_LIBWEBSOCKETS}), "libwebsockets: %.*s", size, line);
    else
        log_debug(NULL, "libwebsockets: %.*s", size, line);
}

static bool create_context(struct websocket_host *host)
{
    void *loops[]                         = {&host->loop->uv};
    struct lws_context_creation_info info = {
        .port    = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_VALIDATE_UTF8,
        .protocols             = host->protocols,
        .foreign_loops         = loops,
        .pt_serv_buf_size      = SERVICE_BUFFER_SIZE,
        .retry_and_idle_policy = &no_retries,
        .user                  = host,
        .pcontext              = &host->context, /* NULL again once it is really gone */
    };

    lws_set_log_level(LLL_ERR | LLL_WARN, on_log_line);
    event_pipe_expect(&host->event_pipe);
    host->context = lws_create_context(&info);
    if (!host->context)
        return false;
    event_pipe_find(&host->event_pipe);
    host->vhost = lws_create_vhost(host->context, &info);
    return host->vhost != NULL;
}

struct websocket_host *websocket_host_new(struct loop *loop, struct alarms *alarms,
                                          const struct websocket_limits *limits,
                                          const struct websocket_events *events)
{
    struct websocket_host *host = NEW(struct websocket_host);

    host->loop   = loop;
    host->alarms = alarms;
    host->limits = *limits;
    host->events = *events;
    if (host->limits.message_size == 0)
        host->limits.message_size = WEBSOCKET_MESSAGE_BOUND;
    host->sent_frame_size = limits->frame_size > 0 ? limits->frame_size : FRAME_SIZE_DEFAULT;
    host->scratch         = memory_new(LWS_PRE + host->sent_frame_size);
    host->protocols[0]    = (struct lws_protocols){
           .name           = "websocket",
           .callback       = on_event,
           .rx_buffer_size = RECEIVE_BUFFER_SIZE,
           .tx_packet_size = host->sent_frame_size + FRAME_HEADER_ROOM,
    };
    if (create_context(host))
        return host;
    log_error(LOG_FIELDS({"reason", REASON_LIBWEBSOCKETS}),
              "cannot start libwebsockets; is its libuv plugin installed?");
    websocket_host_free(host);
    return NULL;
}

void websocket_host_free(struct websocket_host *host)
{
    if (!host)
        return;
    if (host->context) {
        lws_context_destroy(host->context);
        event_pipe_hold(&host->event_pipe);
        for (int turn = 0; turn < DESTROY_TURNS; turn++)
            uv_run(&host->loop->uv, UV_RUN_NOWAIT);
        event_pipe_release(&host->event_pipe);
        if (host->context) /* on a foreign loop its second half is left to a second call */
            lws_context_destroy(host->context);
    }
    free(host->scratch);
    free(host);
}

/* A request that says nothing but what the answer needs: the real one was read and decided on. */
static struct lws *hand_over(struct websocket_host *host, int socket, const char *key)
{
    char request[256];
    int size = snprintf(request, sizeof request,
                        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                        "Sec-WebSocket-Version: 13\r\n\r\n",
                        key);

    return lws_adopt_socket_vhost_readbuf(host->vhost, socket, request, (size_t)size);
}

struct websocket *websocket_adopt(struct websocket_host *host, int socket, const char *key,
                                  const char *protocol, void *owner)
{
    struct websocket *websocket;
    struct lws *lws;

    if (strlen(key) != KEY_LENGTH) {
        close(socket);
        return NULL;
    }
    websocket               = NEW(struct websocket);
    websocket->host         = host;
    websocket->owner        = owner;
    host->adopting          = websocket;
    host->adopting_protocol = protocol;

    lws = hand_over(host, socket, key);
    if (lws && websocket->lws) {
        host->adopting          = NULL;
        host->adopting_protocol = NULL;
        host->count++;
        return websocket;
    }
    if (lws) /* there was no 101 */
        lws_set_timeout(lws, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
    else if (websocket->lws) /* freed without being reported as closed */
        lws_set_wsi_user(websocket->lws, NULL);
    host->adopting          = NULL;
    host->adopting_protocol = NULL;
    discard(websocket);
    return NULL;
}

void websocket_close(struct websocket *websocket, uint16_t code, const char *reason)
{
    if (!websocket->lws || websocket->is_closing)
        return;
    start_closing(websocket);
    set_close(websocket, code, reason, strlen(reason));
    websocket->closing->end = WEBSOCKET_CLOSED;
    websocket->is_close_due = true;
    loop_later(websocket->host->loop, &websocket->closing->task, on_task);
}

size_t websocket_host_count(const struct websocket_host *host)
{
    return host->count;
}

size_t websocket_host_queued_size(const struct websocket_host *host)
{
    return host->queued_size;
}
