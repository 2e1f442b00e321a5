#include "websocket/socket.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/queue.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "websocket/utf8.h"

/* Bytes read at once: an idle connection holds a buffer of this size. */
#define RECEIVE_SIZE 1024

/* What a closing client may take to read what is queued for it, or to answer the close frame. */
#define CLOSE_MILLISECONDS 5000

/* AWS: 1003 for binary messages, 1009 for too big ones. AWS?: the reasons, and 1007 for text that
 * isn't UTF-8. */
#define CODE_BINARY      1003
#define CODE_NOT_UTF8    1007
#define CODE_TOO_BIG     1009
#define REASON_BINARY    "Binary is not supported"
#define REASON_NOT_UTF8  "Invalid UTF-8"
#define REASON_BIG_FRAME "Frame is too big"
#define REASON_BIG       "Message is too big"

/* What a $disconnect event calls a close frame without a code, and a transport that just ended. */
#define CODE_NONE 1005
#define CODE_LOST 1006

/* Turns of the loop in which libwebsockets closes what it still has. */
#define FREE_TURNS 50

/* One frame that waits for the client to read. */
struct outgoing {
    struct queue_link link;
    enum lws_write_protocol kind;
    size_t size;
    unsigned char bytes[]; /* LWS_PRE bytes of room, then the frame's */
};

struct websocket {
    struct websocket_host *host;
    struct lws *wsi; /* NULL: libwebsockets has let go of it */
    void *owner;
    struct text message; /* fragments and chunks so far */
    size_t message_size;
    struct queue queue;
    size_t queued; /* bytes */
    struct alarm alarm;
    struct loop_task closing; /* sends the close frame outside of libwebsockets' callbacks */
    struct loop_task ended;   /* tells the owner in a turn of its own */
    uint16_t code;            /* 0: nobody has said why it ends */
    char reason[WEBSOCKET_REASON_MAX + 1];
    bool is_closing;    /* websocket_close() was called */
    bool is_close_sent; /* libwebsockets knows */
    bool is_receiving;  /* inside a callback of libwebsockets: it may not be killed now */
};

struct websocket_host {
    struct loop *loop;
    struct alarms *alarms;
    struct websocket_limits limits;
    const struct websocket_events *events;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct lws_protocols protocols[2];
    void *foreign_loops[1];
    struct websocket *adopting; /* during websocket_adopt() */
    const char *protocol;       /* the subprotocol for it */
    unsigned char *scratch;     /* a frame with room before it */
    size_t scratch_size;
    size_t count;
};

/* Every validity timer off: libwebsockets keeps its timers in a sorted list and would ping clients.
 */
static const lws_retry_bo_t no_timers = {0};

static void set_end(struct websocket *websocket, uint16_t code, const char *reason, size_t size)
{
    if (websocket->code != 0)
        return;
    if (size > WEBSOCKET_REASON_MAX)
        size = WEBSOCKET_REASON_MAX;
    websocket->code = code;
    memcpy(websocket->reason, reason, size);
    websocket->reason[size] = '\0';
}

static void on_patience_over(struct alarm *alarm);

static void be_patient(struct websocket *websocket)
{
    alarm_set(websocket->host->alarms, &websocket->alarm, CLOSE_MILLISECONDS, on_patience_over);
}

/* Inside a receive callback: the answer that makes libwebsockets send a close frame. */
static int close_from_receive(struct websocket *websocket, uint16_t code, const char *reason)
{
    set_end(websocket, code, reason, strlen(reason));
    websocket->is_closing    = true;
    websocket->is_close_sent = true;
    be_patient(websocket);
    lws_close_reason(websocket->wsi, (enum lws_close_status)websocket->code,
                     (unsigned char *)websocket->reason, strlen(websocket->reason));
    return -1;
}

/* The transport goes now; libwebsockets notices and closes. */
static void cut(struct websocket *websocket)
{
    if (websocket->wsi)
        shutdown(lws_get_socket_fd(websocket->wsi), SHUT_RDWR);
}

static void on_patience_over(struct alarm *alarm)
{
    cut(container_of(alarm, struct websocket, alarm));
}

static bool is_choked(const struct websocket *websocket)
{
    return !queue_is_empty(&websocket->queue) || lws_partial_buffered(websocket->wsi);
}

/* Sends the close frame; nothing may be queued before it, and no callback of this socket be
 * running. */
static void send_close(struct websocket *websocket)
{
    struct lws *wsi = websocket->wsi;

    websocket->is_close_sent = true;
    lws_close_reason(wsi, (enum lws_close_status)websocket->code,
                     (unsigned char *)websocket->reason, strlen(websocket->reason));
    lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static void tell_owner(struct loop_task *task)
{
    struct websocket *websocket = container_of(task, struct websocket, ended);
    struct websocket_host *host = websocket->host;

    host->count--;
    host->events->on_closed(websocket->owner, websocket->code, websocket->reason);
    free(websocket);
}

/* libwebsockets is done with it. */
static void on_gone(struct websocket *websocket)
{
    struct queue_link *link;

    websocket->wsi = NULL;
    loop_task_cancel(&websocket->closing);
    alarm_stop(websocket->host->alarms, &websocket->alarm);
    while ((link = queue_pop(&websocket->queue)))
        free(container_of(link, struct outgoing, link));
    text_deinit(&websocket->message);
    set_end(websocket, CODE_LOST, "", 0);
    loop_later(websocket->host->loop, &websocket->ended, tell_owner);
}

static int deliver(struct websocket *websocket, const char *data, size_t size)
{
    if (!utf8_is_valid(data, size))
        return close_from_receive(websocket, CODE_NOT_UTF8, REASON_NOT_UTF8);
    if (websocket->is_closing)
        return 0;
    websocket->host->events->on_message(websocket->owner, data, size);
    if (websocket->is_closing && !websocket->is_close_sent && !is_choked(websocket))
        return close_from_receive(websocket, websocket->code, websocket->reason);
    return 0;
}

/* Sizes are judged when the first bytes of a frame arrive, not when the last ones do. */
static int on_receive(struct websocket *websocket, const char *data, size_t size)
{
    const struct websocket_limits *limits = &websocket->host->limits;
    size_t rest                           = lws_remaining_packet_payload(websocket->wsi);
    int result;

    if (websocket->is_close_sent)
        return 0;
    if (lws_frame_is_binary(websocket->wsi))
        return close_from_receive(websocket, CODE_BINARY, REASON_BINARY);
    if (lws_is_first_fragment(websocket->wsi))
        websocket->message_size = 0;
    websocket->message_size += size;
    if (limits->frame_size && size + rest > limits->frame_size)
        return close_from_receive(websocket, CODE_TOO_BIG, REASON_BIG_FRAME);
    if (websocket->message_size + rest > limits->message_size)
        return close_from_receive(websocket, CODE_TOO_BIG, REASON_BIG);
    if (lws_is_final_fragment(websocket->wsi) && websocket->message_size == size)
        return deliver(websocket, data ? data : "", size);
    text_append(&websocket->message, data, size);
    if (!lws_is_final_fragment(websocket->wsi))
        return 0;
    result = deliver(websocket, text_string(&websocket->message), websocket->message.size);
    text_deinit(&websocket->message);
    return result;
}

static void on_peer_close(struct websocket *websocket, const unsigned char *data, size_t size)
{
    if (size < 2)
        set_end(websocket, CODE_NONE, "", 0);
    else
        set_end(websocket, (uint16_t)(data[0] << 8 | data[1]), (const char *)data + 2, size - 2);
}

static void on_writable(struct websocket *websocket)
{
    while (!queue_is_empty(&websocket->queue) && !lws_partial_buffered(websocket->wsi)) {
        struct outgoing *frame = container_of(queue_pop(&websocket->queue), struct outgoing, link);
        int written = lws_write(websocket->wsi, frame->bytes + LWS_PRE, frame->size, frame->kind);

        websocket->queued -= frame->size;
        free(frame);
        if (written < 0) {
            cut(websocket);
            return;
        }
    }
    if (is_choked(websocket))
        lws_callback_on_writable(websocket->wsi);
}

static void add_subprotocol(const struct websocket_host *host,
                            struct lws_process_html_args *headers)
{
    if (host->protocol)
        headers->p += lws_snprintf(headers->p, (size_t)headers->max_len,
                                   "Sec-WebSocket-Protocol: %s\r\n", host->protocol);
}

static int on_socket_event(struct websocket *websocket, enum lws_callback_reasons reason,
                           void *data, size_t size)
{
    switch ((int)reason) {
    case LWS_CALLBACK_RECEIVE:
        return on_receive(websocket, data, size);
    case LWS_CALLBACK_RECEIVE_PONG:
        websocket->host->events->on_control(websocket->owner);
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        on_peer_close(websocket, data, size);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        on_writable(websocket);
        return 0;
    default:
        return 0;
    }
}

static void on_close_due(struct loop_task *task)
{
    struct websocket *websocket = container_of(task, struct websocket, closing);

    if (!websocket->is_close_sent && !is_choked(websocket))
        send_close(websocket);
}

/* After a callback: a close that had to wait for its end, or for the queue. */
static void close_if_due(struct websocket *websocket)
{
    if (websocket->is_closing && !websocket->is_close_sent && !is_choked(websocket))
        loop_later(websocket->host->loop, &websocket->closing, on_close_due);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *data,
                    size_t size)
{
    struct websocket_host *host = lws_context_user(lws_get_context(wsi));
    struct websocket **slot     = user;
    int result;

    switch ((int)reason) {
    case LWS_CALLBACK_ADD_HEADERS:
        add_subprotocol(host, data);
        return 0;
    case LWS_CALLBACK_ESTABLISHED:
        *slot               = host->adopting;
        host->adopting->wsi = wsi;
        host->count++;
        return 0;
    case LWS_CALLBACK_CLOSED:
        if (slot && *slot)
            on_gone(*slot);
        if (slot)
            *slot = NULL;
        return 0;
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (!slot || !*slot)
            return 0;
        (*slot)->is_receiving = true;
        result                = on_socket_event(*slot, reason, data, size);
        (*slot)->is_receiving = false;
        if (result == 0)
            close_if_due(*slot);
        return result;
    default:
        return 0;
    }
}

/* libwebsockets says much that isn't wrong, such as a line for each adopted socket. */
static void on_log(int level, const char *line)
{
    log_debug(NULL, "libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

struct websocket_host *websocket_host_new(struct loop *loop, struct alarms *alarms,
                                          const struct websocket_limits *limits,
                                          const struct websocket_events *events)
{
    struct websocket_host *host           = NEW(struct websocket_host);
    struct lws_context_creation_info info = {0};

    host->loop             = loop;
    host->alarms           = alarms;
    host->limits           = *limits;
    host->events           = events;
    host->foreign_loops[0] = &loop->uv;
    host->protocols[0]     = (struct lws_protocols){
            .name                  = "postern",
            .callback              = on_event,
            .per_session_data_size = sizeof(struct websocket *),
            .rx_buffer_size        = RECEIVE_SIZE,
            .tx_packet_size        = limits->message_size + 1024, /* else each send is cut and copied */
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
    info.port                  = CONTEXT_PORT_NO_LISTEN;
    info.options               = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    info.protocols             = host->protocols;
    info.foreign_loops         = host->foreign_loops;
    info.pt_serv_buf_size      = 16384;
    info.retry_and_idle_policy = &no_timers;
    info.gid                   = -1;
    info.uid                   = -1;
    info.user                  = host;
    host->context              = lws_create_context(&info);
    if (host->context)
        host->vhost = lws_create_vhost(host->context, &info);
    if (host->vhost)
        return host;
    log_error(NULL, "libwebsockets can't start: is its libuv plugin installed "
                    "(apt-get install -y libwebsockets-evlib-uv)?");
    if (host->context)
        lws_context_destroy(host->context);
    free(host);
    return NULL;
}

static bool never(void *context)
{
    int *turns = context;

    return --*turns <= 0;
}

void websocket_host_free(struct websocket_host *host)
{
    int turns = FREE_TURNS;

    lws_context_destroy(host->context);
    loop_run_until(host->loop, never, &turns, 200);
    free(host->scratch);
    free(host);
}

struct websocket *websocket_adopt(struct websocket_host *host, int socket, const char *key,
                                  const char *protocol, void *owner)
{
    struct websocket *websocket = NEW(struct websocket);
    char request[256];
    int size = snprintf(request, sizeof request,
                        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        key);

    websocket->host  = host;
    websocket->owner = owner;
    host->adopting   = websocket;
    host->protocol   = protocol;
    lws_adopt_socket_vhost_readbuf(host->vhost, socket, request, (size_t)size);
    host->adopting = NULL;
    host->protocol = NULL;
    if (websocket->wsi)
        return websocket;
    free(websocket);
    return NULL;
}

static void enqueue(struct websocket *websocket, const char *data, size_t size,
                    enum lws_write_protocol kind)
{
    struct outgoing *frame = memory_resize(NULL, sizeof *frame + LWS_PRE + size);

    frame->link = (struct queue_link){0};
    frame->kind = kind;
    frame->size = size;
    memcpy(frame->bytes + LWS_PRE, data, size);
    queue_push(&websocket->queue, &frame->link);
    websocket->queued += size;
    lws_callback_on_writable(websocket->wsi);
}

/* One frame, at once if the client keeps up; false if the socket is broken. */
static bool send_frame(struct websocket *websocket, const char *data, size_t size,
                       enum lws_write_protocol kind)
{
    struct websocket_host *host = websocket->host;

    if (is_choked(websocket)) {
        enqueue(websocket, data, size, kind);
        return true;
    }
    if (host->scratch_size < LWS_PRE + size + 1) {
        host->scratch_size = LWS_PRE + size + 1;
        host->scratch      = memory_resize(host->scratch, host->scratch_size);
    }
    memcpy(host->scratch + LWS_PRE, data, size);
    return lws_write(websocket->wsi, host->scratch + LWS_PRE, size, kind) >= 0;
}

enum send_result websocket_send(struct websocket *websocket, const char *data, size_t size)
{
    size_t frame_size = websocket->host->limits.frame_size;
    size_t sent       = 0;

    if (!websocket->wsi || websocket->is_closing)
        return SEND_CLOSED;
    if (is_choked(websocket) && websocket->queued + size > websocket->host->limits.queue_size)
        return SEND_QUEUE_FULL;
    do {
        size_t part = frame_size && size - sent > frame_size ? frame_size : size - sent;
        int kind    = sent == 0 ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION;

        if (sent + part < size)
            kind |= LWS_WRITE_NO_FIN;
        if (!send_frame(websocket, data + sent, part, (enum lws_write_protocol)kind)) {
            cut(websocket);
            return SEND_CLOSED;
        }
        sent += part;
    } while (sent < size);
    return SEND_DONE;
}

void websocket_close(struct websocket *websocket, uint16_t code, const char *reason)
{
    if (!websocket->wsi || websocket->is_closing)
        return;
    set_end(websocket, code, reason, strlen(reason));
    websocket->is_closing = true;
    be_patient(websocket);
    if (!websocket->is_receiving && !is_choked(websocket))
        send_close(websocket);
}

size_t websocket_host_count(const struct websocket_host *host)
{
    return host->count;
}
