#pragma once

/*
 * An open WebSocket connection as a client has it: takes the server's bytes and gives what they
 * mean, takes messages and gives the bytes to write. Frames are libwslay's; does no I/O.
 *
 * Pings are answered, and the server's close frame is echoed. RFC 6455.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct text;

/* A message from the server is refused with 1009 beyond this. */
#define SESSION_MESSAGE_SIZE_MAX (16 * 1024 * 1024)

/* AWS: "WebSocket APIs: quotas": a frame has at most 32 KB; longer messages must be split. */
#define SESSION_FRAME_SIZE_MAX (32 * 1024)

enum session_event_kind {
    SESSION_TEXT, /* data is UTF-8 */
    SESSION_BINARY,
    SESSION_PING,
    SESSION_PONG,
    SESSION_CLOSE,  /* the server's close frame: code (1005: it had none), data is the reason */
    SESSION_FAILED, /* the server broke the protocol, and we have closed: data says how */
};

struct session_event {
    enum session_event_kind kind;
    const char *data;
    size_t size;
    uint16_t code; /* of SESSION_CLOSE */
};

/* Events come from within session_feed(); their data lives for the call. */
struct session *session_new(void (*on_event)(void *owner, const struct session_event *event),
                            void *owner);
void session_free(struct session *session);

/* Takes what the server has sent. */
void session_feed(struct session *session, const char *data, size_t size);

/* What is to be written to the server; the caller takes the bytes that it has written off. */
const struct text *session_output(const struct session *session);
void session_take_output(struct session *session, size_t size);

/* Each does nothing once a close frame was sent. Text must be UTF-8. */
void session_send_text(struct session *session, const char *data, size_t size);
void session_ping(struct session *session, const char *data, size_t size);
void session_pong(struct session *session, const char *data, size_t size);

/* code 0: a close frame without one; then the reason is left out. */
void session_close(struct session *session, uint16_t code, const char *reason, size_t size);

bool session_close_was_sent(const struct session *session);

/* True once both sides have sent their close frame. After SESSION_FAILED it isn't: the server's
 * bytes are to be read until it hangs up, or our close frame might not reach it. */
bool session_is_over(const struct session *session);
