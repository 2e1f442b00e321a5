#include "websocket/socket.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "websocket/closing.h"
#include "websocket/sending.h"
#include "websocket/socket_state.h"

#define KEY_LENGTH 24 /* of Sec-WebSocket-Key, by RFC 6455 */

#define CODE_PROTOCOL 1002
#define CODE_BINARY   1003
#define CODE_LOST     1006
#define CODE_NO_UTF8  1007
#define CODE_TOO_BIG  1009
#define CODE_LAST     4999 /* that a close frame may have, by RFC 6455 */

/* For each connection: idle ones are many, messages are short. With what libwebsockets
 * and malloc add it stays below a kilobyte. */
#define RECEIVE_BUFFER_SIZE 960
#define SERVICE_BUFFER_SIZE 16384
#define FRAME_SIZE_DEFAULT  131072 /* of what is sent, where limits name none */
#define FRAME_HEADER_ROOM   1024   /* for what goes in front of a frame in one packet */

#define DESTROY_TURNS 50 /* of the loop, in which libwebsockets closes its handles */

/* No pings and no timers of libwebsockets: its timers are a list in which each insertion walks past
 * all others. */
static const lws_retry_bo_t no_retries = {0};

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
    closing_forget(websocket);
    sending_forget(websocket);
    text_deinit(&websocket->message);
    loop_free_later(websocket->host->loop, websocket, free_memory);
}

/*
 * Ends the connection from within the receive callback, whose result this is. Where frames are on
 * their way the close waits for them like any other, and what still comes in is thrown away.
 */
static int refuse(struct websocket *websocket, enum websocket_end end, uint16_t code,
                  const char *reason)
{
    closing_note_end(websocket, end);
    closing_start(websocket);
    closing_set(websocket, code, reason, strlen(reason));
    if (!sending_is_clear(websocket)) {
        websocket->is_close_due = true;
        lws_callback_on_writable(websocket->lws);
        return 0;
    }
    closing_announce(websocket);
    return -1;
}

static int deliver(struct websocket *websocket, const char *data, size_t size)
{
    struct websocket_events *events = &websocket->host->events;
    SCOPED_TEXT message             = {0};

    if (lws_is_first_fragment(websocket->lws)) {
        if (lws_is_final_fragment(websocket->lws)) {
            events->on_message(websocket->owner, size > 0 ? data : "", size);
            return 0;
        }
        text_clear(&websocket->message);
    }
    text_append(&websocket->message, data, size);
    if (!lws_is_final_fragment(websocket->lws))
        return 0;
    message            = websocket->message;
    websocket->message = (struct text){0};
    /* With an empty last frame libwebsockets forgets to look whether a character is cut short. */
    if (size == 0 && !utf8_is_valid(text_string(&message), message.size))
        return refuse(websocket, WEBSOCKET_PROTOCOL_ERROR, CODE_NO_UTF8, "");
    events->on_message(websocket->owner, text_string(&message), message.size);
    return 0;
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
    return deliver(websocket, data, size);
}

/*
 * payload is what libwebsockets is about to answer with. It puts 1002 in place of most codes that
 * none may send, and lets those above the last one pass.
 */
static void on_peer_close(struct websocket *websocket, unsigned char *payload, size_t size)
{
    if (size >= 2 && (payload[0] << 8 | payload[1]) > CODE_LAST) {
        payload[0] = CODE_PROTOCOL >> 8;
        payload[1] = CODE_PROTOCOL & 0xff;
    }
    closing_start(websocket);
    websocket->is_close_due = false;
    if (websocket->is_close_sent)
        return;
    closing_note_end(websocket, WEBSOCKET_CLIENT_CLOSED);
    closing_set_from_frame(websocket, payload, size);
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
    closing_note_end(websocket, size >= 2 ? WEBSOCKET_PROTOCOL_ERROR : WEBSOCKET_LOST);
    if (size >= 2)
        closing_set_from_frame(websocket, lws_get_close_payload(websocket->lws), (size_t)size);
    else
        closing_set(websocket, CODE_LOST, "", 0);
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
        sending_go_on(websocket);
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

size_t websocket_host_count(const struct websocket_host *host)
{
    return host->count;
}

size_t websocket_host_queued_size(const struct websocket_host *host)
{
    return host->queued_size;
}
