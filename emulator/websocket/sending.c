#include "websocket/sending.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "websocket/closing.h"
#include "websocket/socket_state.h"

/* One frame of a message that waits until the client reads. */
struct frame {
    struct queue_link link;
    size_t size;
    enum lws_write_protocol kind;
    unsigned char bytes[]; /* LWS_PRE bytes for the header, then the payload */
};

static size_t cost(const struct frame *frame)
{
    return sizeof *frame + frame->size;
}

void sending_forget(struct websocket *websocket)
{
    struct frame *frame;

    while ((frame = queue_entry(queue_pop(&websocket->frames), struct frame, link)))
        free(frame);
    websocket->host->queued_size -= websocket->queued_size;
    websocket->queued_size = 0;
}

/* False if the connection is broken. */
static bool write_frame(struct websocket *websocket, unsigned char *payload, size_t size,
                        enum lws_write_protocol kind)
{
    if (lws_write(websocket->lws, payload, size, kind) >= 0)
        return true;
    closing_fail(websocket);
    return false;
}

bool sending_is_clear(const struct websocket *websocket)
{
    return queue_is_empty(&websocket->frames) && !lws_partial_buffered(websocket->lws);
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

    if (!sending_is_clear(websocket)) {
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
    if (!sending_is_clear(websocket) &&
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

void sending_go_on(struct websocket *websocket)
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
        closing_continue(websocket);
}
