#include "cli/connect/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"

struct session {
    void (*on_event)(void *owner, const struct session_event *event);
    void *owner;
    wslay_event_context_ptr events; /* reads; answers pings and closes */
    wslay_frame_context_ptr frames; /* writes messages, whose frames events would make of 4 KB */
    struct text output;
    const char *input; /* what session_feed() was given and wslay hasn't taken */
    size_t input_size;
    bool has_failed;
};

static ssize_t take_input(wslay_event_context_ptr events, uint8_t *buffer, size_t size, int flags,
                          void *owner)
{
    struct session *session = owner;

    if (session->input_size == 0) {
        wslay_event_set_error(events, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (size > session->input_size)
        size = session->input_size;
    memcpy(buffer, session->input, size);
    session->input += size;
    session->input_size -= size;
    return (ssize_t)size;
}

/* Never blocks, so frames of both contexts come out whole, one after another. */
static ssize_t put_frame_bytes(const uint8_t *data, size_t size, int flags, void *owner)
{
    struct session *session = owner;

    text_append(&session->output, data, size);
    return (ssize_t)size;
}

static ssize_t put_event_bytes(wslay_event_context_ptr events, const uint8_t *data, size_t size,
                               int flags, void *owner)
{
    return put_frame_bytes(data, size, flags, owner);
}

static int make_frame_mask(uint8_t *mask, size_t size, void *owner)
{
    id_random(mask, size);
    return 0;
}

static int make_event_mask(wslay_event_context_ptr events, uint8_t *mask, size_t size, void *owner)
{
    return make_frame_mask(mask, size, owner);
}

static void tell(struct session *session, enum session_event_kind kind, const char *data,
                 size_t size, uint16_t code)
{
    const struct session_event event = {kind, data, size, code};

    session->on_event(session->owner, &event);
}

static void on_close(struct session *session, const struct wslay_event_on_msg_recv_arg *message)
{
    const char *data = (const char *)message->msg;

    if (message->msg_length < 2)
        tell(session, SESSION_CLOSE, "", 0, WSLAY_CODE_NO_STATUS_RCVD);
    else /* the code stands before the reason */
        tell(session, SESSION_CLOSE, data + 2, message->msg_length - 2, message->status_code);
}

static void on_message(wslay_event_context_ptr events,
                       const struct wslay_event_on_msg_recv_arg *message, void *owner)
{
    struct session *session = owner;
    const char *data        = message->msg_length > 0 ? (const char *)message->msg : "";

    switch (message->opcode) {
    case WSLAY_TEXT_FRAME:
        tell(session, SESSION_TEXT, data, message->msg_length, 0);
        break;
    case WSLAY_BINARY_FRAME:
        tell(session, SESSION_BINARY, data, message->msg_length, 0);
        break;
    case WSLAY_PING:
        tell(session, SESSION_PING, data, message->msg_length, 0);
        break;
    case WSLAY_PONG:
        tell(session, SESSION_PONG, data, message->msg_length, 0);
        break;
    case WSLAY_CONNECTION_CLOSE:
        on_close(session, message);
        break;
    default:
        break;
    }
}

struct session *session_new(void (*on_event)(void *owner, const struct session_event *event),
                            void *owner)
{
    static const struct wslay_event_callbacks event_callbacks = {
        .recv_callback        = take_input,
        .send_callback        = put_event_bytes,
        .genmask_callback     = make_event_mask,
        .on_msg_recv_callback = on_message,
    };
    static const struct wslay_frame_callbacks frame_callbacks = {
        .send_callback    = put_frame_bytes,
        .genmask_callback = make_frame_mask,
    };
    struct session *session = NEW(struct session);
    int result;

    session->on_event = on_event;
    session->owner    = owner;
    result = wslay_event_context_client_init(&session->events, &event_callbacks, session);
    assert(result == 0);
    wslay_event_config_set_max_recv_msg_length(session->events, SESSION_MESSAGE_SIZE_MAX);
    result = wslay_frame_context_init(&session->frames, &frame_callbacks, session);
    assert(result == 0);
    return session;
}

void session_free(struct session *session)
{
    if (!session)
        return;
    wslay_event_context_free(session->events);
    wslay_frame_context_free(session->frames);
    text_deinit(&session->output);
    free(session);
}

static void flush(struct session *session)
{
    int result = wslay_event_send(session->events);

    assert(result == 0); /* nothing that it calls can fail */
}

static const char *explain_failure(unsigned code)
{
    switch (code) {
    case WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA:
        return "the server sent a text that isn't UTF-8";
    case WSLAY_CODE_MESSAGE_TOO_BIG:
        return "the server sent a message of more than 16 MiB";
    default:
        return "the server sent a frame that breaks the protocol";
    }
}

/* wslay stops reading when it has found something wrong and has queued a close of its own. */
static void find_failure(struct session *session)
{
    const char *reason;

    if (session->has_failed || wslay_event_get_close_received(session->events) ||
        wslay_event_get_read_enabled(session->events))
        return;
    session->has_failed = true;
    reason              = explain_failure(wslay_event_get_status_code_sent(session->events));
    tell(session, SESSION_FAILED, reason, strlen(reason), 0);
}

void session_feed(struct session *session, const char *data, size_t size)
{
    session->input      = data;
    session->input_size = size;
    if (wslay_event_recv(session->events) != 0)
        wslay_event_shutdown_read(session->events);
    flush(session);
    find_failure(session);
}

const struct text *session_output(const struct session *session)
{
    return &session->output;
}

void session_take_output(struct session *session, size_t size)
{
    assert(size <= session->output.size);
    session->output.size -= size;
    memmove(session->output.data, session->output.data + size, session->output.size + 1);
}

bool session_close_was_sent(const struct session *session)
{
    return wslay_event_get_close_sent(session->events) != 0;
}

/* One frame of a message. */
static void put_frame(struct session *session, uint8_t opcode, const char *data, size_t size,
                      bool is_last)
{
    struct wslay_frame_iocb frame = {
        .fin            = is_last,
        .opcode         = opcode,
        .payload_length = size,
        .mask           = 1,
        .data           = (const uint8_t *)data,
        .data_length    = size,
    };
    ssize_t sent;

    do {
        sent = wslay_frame_send(session->frames, &frame);
        assert(sent >= 0);
        frame.data += sent;
        frame.data_length -= (size_t)sent;
    } while (frame.data_length > 0);
}

void session_send_text(struct session *session, const char *data, size_t size)
{
    uint8_t opcode = WSLAY_TEXT_FRAME;

    if (session_close_was_sent(session))
        return;
    while (size > SESSION_FRAME_SIZE_MAX) {
        put_frame(session, opcode, data, SESSION_FRAME_SIZE_MAX, false);
        opcode = WSLAY_CONTINUATION_FRAME;
        data += SESSION_FRAME_SIZE_MAX;
        size -= SESSION_FRAME_SIZE_MAX;
    }
    put_frame(session, opcode, data, size, true);
}

static void send_control(struct session *session, uint8_t opcode, const char *data, size_t size)
{
    if (!session_close_was_sent(session))
        put_frame(session, opcode, data, size, true);
}

void session_ping(struct session *session, const char *data, size_t size)
{
    send_control(session, WSLAY_PING, data, size);
}

void session_pong(struct session *session, const char *data, size_t size)
{
    send_control(session, WSLAY_PONG, data, size);
}

void session_close(struct session *session, uint16_t code, const char *reason, size_t size)
{
    int result;

    if (session_close_was_sent(session))
        return;
    result = wslay_event_queue_close(session->events, code, (const uint8_t *)reason,
                                     code == 0 ? 0 : size);
    assert(result == 0);
    flush(session);
}

bool session_is_over(const struct session *session)
{
    return wslay_event_get_close_sent(session->events) &&
           wslay_event_get_close_received(session->events);
}
