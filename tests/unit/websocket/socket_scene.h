#pragma once

/*
 * What tests of WebSockets share: a host on a real loop, and one client of it that is written by
 * hand and lives on the same loop. What the host's owner is told is noted in the scene.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"
#include "websocket/socket.h"

#define DEADLINE_MILLISECONDS 10000
#define KEY                   "dGhlIHNhbXBsZSBub25jZQ==" /* of RFC 6455, with its answer: */
#define ACCEPT                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define QUEUE_SIZE            (1024 * 1024)

#define FIN 0x80

enum opcode {
    OPCODE_CONTINUATION = 0,
    OPCODE_TEXT         = 1,
    OPCODE_BINARY       = 2,
    OPCODE_CLOSE        = 8,
    OPCODE_PING         = 9,
    OPCODE_PONG         = 10,
};

struct scene {
    struct loop loop;
    struct alarms alarms;
    struct websocket_host *host;
    struct websocket *websocket;

    /* The client. */
    int client;
    struct poller poller;
    struct text received; /* not yet taken */
    bool is_ended;        /* by the other side */

    /* What the owner was told. */
    int message_count;
    struct text message; /* the last one */
    int control_count;
    int closed_count;
    enum websocket_end end;
    uint16_t code;
    char reason[256];

    /* What the owner does when a message comes. */
    bool echoes;
    bool closes;
    enum send_result echoed; /* what the last echo said */
};

static inline void scene_on_message(void *owner, const char *data, size_t size)
{
    struct scene *scene = owner;

    assert_int_equal(scene->closed_count, 0);
    scene->message_count++;
    text_clear(&scene->message);
    text_append(&scene->message, data, size);
    if (scene->echoes)
        scene->echoed = websocket_send(scene->websocket, data, size);
    if (scene->closes)
        websocket_close(scene->websocket, 4002, "enough");
}

static inline void scene_on_control(void *owner)
{
    ((struct scene *)owner)->control_count++;
}

static inline void scene_on_closed(void *owner, enum websocket_end end, uint16_t code,
                                   const char *reason)
{
    struct scene *scene = owner;

    scene->closed_count++;
    scene->end  = end;
    scene->code = code;
    snprintf(scene->reason, sizeof scene->reason, "%s", reason);
}

static const struct websocket_events scene_events = {
    .on_message = scene_on_message,
    .on_control = scene_on_control,
    .on_closed  = scene_on_closed,
};

static inline void scene_on_readable(struct poller *poller, unsigned events)
{
    struct scene *scene = container_of(poller, struct scene, poller);
    char *room          = text_reserve(&scene->received, 65536);
    ssize_t size        = recv(scene->client, room, 65536, MSG_DONTWAIT);

    if (size > 0) {
        text_grow(&scene->received, (size_t)size);
        return;
    }
    if (size < 0 && errno == EAGAIN)
        return;
    scene->is_ended = true;
    poller_stop(poller);
}

static inline void scene_start_reading(struct scene *scene)
{
    assert_int_equal(
        poller_start(&scene->loop, &scene->poller, scene->client, POLLER_READ, scene_on_readable),
        0);
}

static inline void scene_stop_reading(struct scene *scene)
{
    poller_stop(&scene->poller);
}

static inline void make_tcp_pair(int pair[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(pair[0], (struct sockaddr *)&address, size), 0);
    pair[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(pair[1] >= 0);
    close(listener);
}

static inline int scene_set_up_with(void **state, size_t frame_size, size_t message_size)
{
    struct websocket_limits limits = {
        .frame_size = frame_size, .message_size = message_size, .queue_size = QUEUE_SIZE};
    struct scene *scene = NEW(struct scene);

    signal(SIGPIPE, SIG_IGN);
    scene->client = -1;
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
    scene->host = websocket_host_new(&scene->loop, &scene->alarms, &limits, &scene_events);
    assert_non_null(scene->host);
    *state = scene;
    return 0;
}

static inline int scene_set_up(void **state)
{
    return scene_set_up_with(state, 32768, 131072);
}

static inline bool scene_is_closed(void *context)
{
    return ((struct scene *)context)->closed_count > 0;
}

static inline bool scene_is_ended(void *context)
{
    return ((struct scene *)context)->is_ended;
}

static inline void scene_wait(struct scene *scene, bool (*done)(void *context))
{
    assert_true(loop_run_until(&scene->loop, done, scene, DEADLINE_MILLISECONDS));
}

/* Runs what is due now, and nothing that takes time. */
static inline void scene_turn(struct scene *scene)
{
    for (int turn = 0; turn < 20; turn++)
        uv_run(&scene->loop.uv, UV_RUN_NOWAIT);
}

static inline void scene_leave(struct scene *scene)
{
    scene_stop_reading(scene);
    if (scene->client >= 0)
        close(scene->client);
    scene->client = -1;
}

static inline int scene_tear_down(void **state)
{
    struct scene *scene = *state;

    scene_leave(scene);
    if (scene->websocket) {
        scene_wait(scene, scene_is_closed);
        scene_turn(scene);
        assert_int_equal(scene->closed_count, 1);
    }
    assert_int_equal(websocket_host_count(scene->host), 0);
    websocket_host_free(scene->host);
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
    text_deinit(&scene->received);
    text_deinit(&scene->message);
    free(scene);
    return 0;
}

/* Sends bytes as they are, turning the loop where the other side has to read first. */
static inline void scene_write(struct scene *scene, const void *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t sent = send(scene->client, (const char *)data + done, size - done,
                            MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent > 0)
            done += (size_t)sent;
        else if (sent < 0 && errno != EAGAIN)
            return; /* the other side has closed: the test sees what it said */
        else
            scene_turn(scene);
    }
}

/* A frame of a client: masked. head is FIN or 0, and an opcode. */
static inline void scene_append_frame(struct text *out, int head, const void *data, size_t size)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    const unsigned char *bytes         = data;

    text_append_character(out, (char)head);
    if (size < 126) {
        text_append_character(out, (char)(0x80 | size));
    } else if (size < 65536) {
        text_append_character(out, (char)(0x80 | 126));
        text_append_character(out, (char)(size >> 8));
        text_append_character(out, (char)size);
    } else {
        text_append_character(out, (char)(0x80 | 127));
        for (int shift = 56; shift >= 0; shift -= 8)
            text_append_character(out, (char)((uint64_t)size >> shift));
    }
    text_append(out, mask, sizeof mask);
    for (size_t i = 0; i < size; i++)
        text_append_character(out, (char)(bytes[i] ^ mask[i % 4]));
}

static inline void scene_frame(struct scene *scene, int head, const void *data, size_t size)
{
    SCOPED_TEXT frame = {0};

    scene_append_frame(&frame, head, data, size);
    scene_write(scene, frame.data, frame.size);
}

/* size bytes of text that shows where a part is missing or moved. */
static inline void append_pattern(struct text *text, size_t size)
{
    while (size > 0) {
        char number[32];
        size_t part = (size_t)snprintf(number, sizeof number, "%08zu", text->size);

        part = part < size ? part : size;
        text_append(text, number, part);
        size -= part;
    }
}

static inline void scene_pattern_frame(struct scene *scene, int head, size_t size)
{
    SCOPED_TEXT data = {0};

    append_pattern(&data, size);
    scene_frame(scene, head, text_string(&data), size);
}

static inline void scene_take(struct scene *scene, size_t size)
{
    memmove(scene->received.data, scene->received.data + size, scene->received.size - size + 1);
    scene->received.size -= size;
}

static inline bool scene_has_head(void *context)
{
    struct scene *scene = context;

    return scene->is_ended || strstr(text_string(&scene->received), "\r\n\r\n");
}

/* Opens the websocket on one end of pair; the other end is the client. *head: the answer. */
static inline void scene_open_on(struct scene *scene, int pair[2], const char *protocol,
                                 struct text *head)
{
    size_t size;

    scene->client    = pair[0];
    scene->websocket = websocket_adopt(scene->host, pair[1], KEY, protocol, scene);
    assert_non_null(scene->websocket);
    scene_start_reading(scene);
    scene_wait(scene, scene_has_head);
    assert_false(scene->is_ended);
    size = (size_t)(strstr(text_string(&scene->received), "\r\n\r\n") - scene->received.data) + 4;
    if (head)
        text_append(head, scene->received.data, size);
    scene_take(scene, size);
}

static inline void scene_open(struct scene *scene)
{
    int pair[2];

    make_tcp_pair(pair);
    scene_open_on(scene, pair, NULL, NULL);
}

struct server_frame {
    bool is_final;
    enum opcode opcode;
    size_t header_size;
    size_t size;
};

/* False if there is no whole frame yet. */
static inline bool parse_frame(const struct text *received, struct server_frame *frame)
{
    const unsigned char *bytes = (const unsigned char *)received->data;
    size_t header              = 2;
    size_t size;

    if (received->size < header)
        return false;
    assert_int_equal(bytes[0] & 0x70, 0); /* no extension was agreed on */
    assert_int_equal(bytes[1] & 0x80, 0); /* a server doesn't mask */
    size = bytes[1];
    if (size >= 126) {
        size_t length = size == 126 ? 2 : 8;

        header += length;
        if (received->size < header)
            return false;
        size = 0;
        for (size_t i = 0; i < length; i++)
            size = size << 8 | bytes[2 + i];
    }
    if (received->size < header + size)
        return false;
    *frame = (struct server_frame){bytes[0] & FIN, (enum opcode)(bytes[0] & 0xf), header, size};
    return true;
}

static inline bool scene_has_frame(void *context)
{
    struct scene *scene = context;
    struct server_frame frame;

    return scene->is_ended || parse_frame(&scene->received, &frame);
}

/* Waits for a frame and takes it; its payload is put in *payload, where that is wanted. */
static inline struct server_frame scene_read_frame(struct scene *scene, struct text *payload)
{
    struct server_frame frame;

    scene_wait(scene, scene_has_frame);
    if (!parse_frame(&scene->received, &frame))
        fail_msg("the connection ended where a frame was expected");
    if (payload) {
        text_clear(payload);
        text_append(payload, scene->received.data + frame.header_size, frame.size);
    }
    scene_take(scene, frame.header_size + frame.size);
    return frame;
}

static inline void scene_expect_frame(struct scene *scene, enum opcode opcode, const char *expected)
{
    SCOPED_TEXT payload       = {0};
    struct server_frame frame = scene_read_frame(scene, &payload);

    assert_int_equal(frame.opcode, opcode);
    assert_true(frame.is_final);
    assert_string_equal(text_string(&payload), expected);
}

/* A close frame with this code comes; *reason is what it says besides. */
static inline void scene_expect_close_frame(struct scene *scene, uint16_t code, struct text *reason)
{
    SCOPED_TEXT payload       = {0};
    struct server_frame frame = scene_read_frame(scene, &payload);

    assert_int_equal(frame.opcode, OPCODE_CLOSE);
    assert_true(frame.size >= 2);
    assert_int_equal((unsigned char)payload.data[0] << 8 | (unsigned char)payload.data[1], code);
    if (reason)
        text_append(reason, payload.data + 2, payload.size - 2);
}

/* code 0: a close frame without one. */
static inline void scene_send_close(struct scene *scene, uint16_t code, const char *reason)
{
    SCOPED_TEXT payload = {0};

    if (code) {
        text_append_character(&payload, (char)(code >> 8));
        text_append_character(&payload, (char)code);
        text_append_string(&payload, reason);
    }
    scene_frame(scene, FIN | OPCODE_CLOSE, text_string(&payload), payload.size);
}

static inline void scene_expect_closed(struct scene *scene, uint16_t code, const char *reason)
{
    scene_wait(scene, scene_is_closed);
    scene_turn(scene);
    assert_int_equal(scene->closed_count, 1);
    assert_int_equal(scene->code, code);
    assert_string_equal(scene->reason, reason);
}

static inline bool scene_has_message(void *context)
{
    return ((struct scene *)context)->message_count > 0;
}

static inline void scene_expect_message(struct scene *scene, const char *expected)
{
    scene_wait(scene, scene_has_message);
    assert_int_equal(scene->message_count, 1);
    assert_string_equal(text_string(&scene->message), expected);
    scene->message_count = 0;
}

static inline int scene_fill(struct scene *scene, size_t size)
{
    int count = 0;

    scene_stop_reading(scene);
    for (;;) {
        SCOPED_TEXT message = {0};
        enum send_result result;

        text_append_format(&message, "%08d", count);
        append_pattern(&message, size - 8);
        result = websocket_send(scene->websocket, message.data, message.size);
        if (result == SEND_QUEUE_FULL)
            return count;
        assert_int_equal(result, SEND_DONE);
        count++;
        assert_true(count < 100000);
        scene_turn(scene);
    }
}

static inline void scene_expect_filled(struct scene *scene, int count, size_t size)
{
    for (int i = 0; i < count; i++) {
        SCOPED_TEXT payload = {0};
        char number[32];
        struct server_frame frame = scene_read_frame(scene, &payload);

        assert_int_equal(frame.opcode, OPCODE_TEXT);
        assert_true(frame.is_final);
        assert_int_equal(frame.size, size);
        snprintf(number, sizeof number, "%08d", i);
        assert_memory_equal(payload.data, number, 8);
    }
}
