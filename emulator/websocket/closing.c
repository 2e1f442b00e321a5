#include "websocket/closing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "websocket/socket_state.h"

#define CODE_NONE 1005

#define CLOSING_MILLISECONDS 5000 /* until a client that doesn't go is dropped */

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

void closing_start(struct websocket *websocket)
{
    if (websocket->is_closing)
        return;
    websocket->is_closing = true;
    text_deinit(&websocket->message);
    alarm_set(websocket->host->alarms, &closing_of(websocket)->alarm, CLOSING_MILLISECONDS,
              on_closing_too_long);
}

void closing_note_end(struct websocket *websocket, enum websocket_end end)
{
    closing_of(websocket)->end = end;
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

void closing_set(struct websocket *websocket, uint16_t code, const char *reason, size_t size)
{
    struct closing *closing = closing_of(websocket);

    size = reason_size(reason, size);
    memcpy(closing->reason, reason, size);
    closing->reason[size] = '\0';
    websocket->close_code = code;
}

void closing_set_from_frame(struct websocket *websocket, const unsigned char *payload, size_t size)
{
    if (size < 2)
        closing_set(websocket, CODE_NONE, "", 0);
    else
        closing_set(websocket, (uint16_t)(payload[0] << 8 | payload[1]), (const char *)payload + 2,
                    size - 2);
}

void closing_announce(struct websocket *websocket)
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
    closing_announce(websocket);
    lws_set_timeout(websocket->lws, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

void closing_continue(struct websocket *websocket)
{
    loop_later(websocket->host->loop, &websocket->closing->task, on_task);
}

void closing_fail(struct websocket *websocket)
{
    websocket->is_broken = true;
    closing_start(websocket);
    closing_continue(websocket);
}

void closing_forget(struct websocket *websocket)
{
    if (!websocket->closing)
        return;
    alarm_stop(websocket->host->alarms, &websocket->closing->alarm);
    loop_task_cancel(&websocket->closing->task);
}

void websocket_close(struct websocket *websocket, uint16_t code, const char *reason)
{
    if (!websocket->lws || websocket->is_closing)
        return;
    closing_start(websocket);
    closing_set(websocket, code, reason, strlen(reason));
    websocket->closing->end = WEBSOCKET_CLOSED;
    websocket->is_close_due = true;
    closing_continue(websocket);
}
