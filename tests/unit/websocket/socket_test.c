#include "websocket/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"

#define DEADLINE_MILLISECONDS 10000
#define TURN_MILLISECONDS     10

#define KEY      "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPTED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" /* RFC 6455, 1.3 */

#define FINAL        0x80
#define CONTINUATION 0x0
#define TEXT         0x1
#define BINARY       0x2
#define CLOSE        0x8
#define PING         0x9
#define PONG         0xa

#define FRAME_SIZE   1000
#define MESSAGE_SIZE 3000
#define QUEUE_SIZE   100000

/* One socket between the host and a client that is nothing but a descriptor. */
struct scene {
    struct loop loop;
    struct alarms alarms;
    struct websocket_host *host;
    struct websocket *websocket;
    int client;
    bool is_echo;

    struct text received; /* by the client, not looked at yet */
    bool is_ended;        /* the client has read the end */

    struct text message; /* the last that was told */
    size_t message_count;
    size_t closed_count;
    uint16_t code;
    char reason[WEBSOCKET_REASON_MAX + 1];
};

static void on_message(void *owner, const char *data, size_t size)
{
    struct scene *scene = owner;

    assert_int_equal(scene->closed_count, 0);
    scene->message_count++;
    text_clear(&scene->message);
    text_append(&scene->message, data, size);
    if (scene->is_echo)
        assert_int_equal(websocket_send(scene->websocket, data, size), SEND_DONE);
}

static void on_control(void *owner)
{
}

static void on_closed(void *owner, enum websocket_end end, uint16_t code, const char *reason)
{
    struct scene *scene = owner;

    scene->closed_count++;
    scene->code      = code;
    scene->websocket = NULL;
    snprintf(scene->reason, sizeof scene->reason, "%s", reason);
}

static const struct websocket_events events = {
    .on_message = on_message,
    .on_control = on_control,
    .on_closed  = on_closed,
};

static void make_pair(int *server, int *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(*client, (struct sockaddr *)&address, size), 0);
    *server = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(*server >= 0);
    assert_int_equal(fcntl(*client, F_SETFL, O_NONBLOCK), 0);
    close(listener);
}

static void client_read(struct scene *scene)
{
    char bytes[4096];
    ssize_t size;

    while ((size = recv(scene->client, bytes, sizeof bytes, 0)) > 0)
        text_append(&scene->received, bytes, (size_t)size);
    if (size == 0 || (errno != EAGAIN && errno != EINTR))
        scene->is_ended = true;
}

static bool never(void *context)
{
    return false;
}

/* Lets both sides work until done says so. */
static void run_until(struct scene *scene, bool (*done)(struct scene *scene))
{
    for (int left = DEADLINE_MILLISECONDS; left > 0; left -= TURN_MILLISECONDS) {
        client_read(scene);
        if (done(scene))
            return;
        loop_run_until(&scene->loop, never, NULL, TURN_MILLISECONDS);
    }
    fail_msg("it didn't happen in time");
}

static bool has_head(struct scene *scene)
{
    return strstr(text_string(&scene->received), "\r\n\r\n") != NULL;
}

static bool is_closed(struct scene *scene)
{
    return scene->closed_count > 0;
}

static bool is_over(struct scene *scene)
{
    return scene->closed_count > 0 && scene->is_ended;
}

/* The size of the first frame that the client has, header included; 0 if it isn't whole. */
static size_t frame_size(const struct scene *scene, size_t *header)
{
    const unsigned char *bytes = (const unsigned char *)text_string(&scene->received);
    size_t size                = scene->received.size;

    if (size < 2)
        return 0;
    assert_true(bytes[1] < 127); /* never masked by a server, never this long here */
    *header = bytes[1] == 126 ? 4 : 2;
    if (size < *header)
        return 0;
    size = bytes[1] == 126 ? (size_t)(bytes[2] << 8 | bytes[3]) : bytes[1];
    return scene->received.size < *header + size ? 0 : *header + size;
}

static bool has_frame(struct scene *scene)
{
    size_t header;

    return frame_size(scene, &header) > 0;
}

/* Waits for a frame and takes it off; returns its first byte. */
static int take_frame(struct scene *scene, struct text *payload)
{
    size_t header = 0;
    size_t size;
    int first;

    run_until(scene, has_frame);
    size  = frame_size(scene, &header);
    first = (unsigned char)scene->received.data[0];
    text_clear(payload);
    text_append(payload, scene->received.data + header, size - header);
    scene->received.size -= size;
    memmove(scene->received.data, scene->received.data + size, scene->received.size);
    return first;
}

static void client_write(struct scene *scene, const void *data, size_t size)
{
    assert_int_equal(send(scene->client, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Writes a frame that announces size bytes, of which only the first sent ones come. */
static void client_begin(struct scene *scene, int first, const char *data, size_t size, size_t sent)
{
    static const char mask[4] = {0x12, 0x34, 0x56, 0x78};
    SCOPED_TEXT frame         = {0};

    text_append_character(&frame, (char)first);
    text_append_character(&frame, (char)(0x80 | (size < 126 ? size : 126)));
    if (size >= 126) {
        text_append_character(&frame, (char)(size >> 8));
        text_append_character(&frame, (char)size);
    }
    text_append(&frame, mask, sizeof mask);
    for (size_t i = 0; i < sent; i++)
        text_append_character(&frame, (char)(data[i] ^ mask[i % sizeof mask]));
    client_write(scene, frame.data, frame.size);
}

static void client_send(struct scene *scene, int first, const char *data, size_t size)
{
    client_begin(scene, first, data, size, size);
}

static void open_scene(struct scene *scene, const char *protocol)
{
    const struct websocket_limits limits = {FRAME_SIZE, MESSAGE_SIZE, QUEUE_SIZE};
    int server;

    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
    scene->host = websocket_host_new(&scene->loop, &scene->alarms, &limits, &events);
    assert_non_null(scene->host);
    make_pair(&server, &scene->client);
    scene->websocket = websocket_adopt(scene->host, server, KEY, protocol, scene);
    assert_non_null(scene->websocket);
    assert_int_equal(websocket_host_count(scene->host), 1);
    run_until(scene, has_head);
}

/* A scene whose handshake is behind it. */
static void open_quietly(struct scene *scene)
{
    open_scene(scene, NULL);
    text_clear(&scene->received);
}

static void close_scene(struct scene *scene)
{
    close(scene->client);
    run_until(scene, is_closed);
    assert_int_equal(scene->closed_count, 1);
    assert_int_equal(websocket_host_count(scene->host), 0);
    websocket_host_free(scene->host);
    assert_int_equal(scene->closed_count, 1);
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
    text_deinit(&scene->received);
    text_deinit(&scene->message);
}

static void expect_close_frame(struct scene *scene, uint16_t code, const char *reason)
{
    SCOPED_TEXT payload = {0};

    assert_int_equal(take_frame(scene, &payload), FINAL | CLOSE);
    assert_true(payload.size >= 2);
    assert_int_equal((unsigned char)payload.data[0] << 8 | (unsigned char)payload.data[1], code);
    if (reason)
        assert_string_equal(payload.data + 2, reason);
}

static void a_key_is_answered_with_101_and_the_subprotocol(void **state)
{
    struct scene scene = {0};

    open_scene(&scene, "chat.v2");
    assert_memory_equal(scene.received.data, "HTTP/1.1 101 ", 13);
    assert_non_null(strcasestr(scene.received.data, ACCEPTED "\r\n"));
    assert_non_null(strcasestr(scene.received.data, "Sec-WebSocket-Protocol: chat.v2\r\n"));
    close_scene(&scene);
}

static void without_a_subprotocol_none_is_answered(void **state)
{
    struct scene scene = {0};

    open_scene(&scene, NULL);
    assert_null(strcasestr(scene.received.data, "Sec-WebSocket-Protocol"));
    close_scene(&scene);
}

static void a_message_comes_back_from_an_echo(void **state)
{
    struct scene scene  = {.is_echo = true};
    SCOPED_TEXT payload = {0};

    open_quietly(&scene);
    client_send(&scene, FINAL | TEXT, "hello", 5);
    assert_int_equal(take_frame(&scene, &payload), FINAL | TEXT);
    assert_string_equal(text_string(&payload), "hello");
    client_send(&scene, FINAL | TEXT, "", 0);
    assert_int_equal(take_frame(&scene, &payload), FINAL | TEXT);
    assert_int_equal(payload.size, 0);
    assert_int_equal(scene.message_count, 2);
    close_scene(&scene);
}

static void fragments_make_one_message_around_a_ping(void **state)
{
    struct scene scene  = {.is_echo = true};
    SCOPED_TEXT payload = {0};

    open_quietly(&scene);
    client_send(&scene, TEXT, "one ", 4);
    client_send(&scene, FINAL | PING, "p", 1);
    client_send(&scene, CONTINUATION, "", 0);
    client_send(&scene, FINAL | CONTINUATION, "two", 3);
    do /* the pong may come before or behind */
        if (take_frame(&scene, &payload) == (FINAL | PONG))
            assert_string_equal(text_string(&payload), "p");
    while (scene.message_count == 0);
    assert_int_equal(scene.message_count, 1);
    assert_string_equal(text_string(&scene.message), "one two");
    close_scene(&scene);
}

static void a_long_message_goes_out_in_frames(void **state)
{
    static const struct {
        int first;
        size_t size;
    } frames[] = {
        {TEXT,                 1000},
        {CONTINUATION,         1000},
        {FINAL | CONTINUATION, 500 }
    };
    struct scene scene  = {0};
    SCOPED_TEXT payload = {0};
    char data[2500];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)('a' + i % 26);
    open_quietly(&scene);
    assert_int_equal(websocket_send(scene.websocket, data, sizeof data), SEND_DONE);
    for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
        assert_int_equal(take_frame(&scene, &payload), frames[i].first);
        assert_int_equal(payload.size, frames[i].size);
        assert_memory_equal(payload.data, data + i * FRAME_SIZE, payload.size);
    }
    close_scene(&scene);
}

static void messages_wait_in_order_for_a_client_that_does_not_read(void **state)
{
    struct scene scene  = {0};
    SCOPED_TEXT payload = {0};
    char data[1000]     = {0};
    int count           = 0;
    enum send_result result;

    open_quietly(&scene);
    do {
        snprintf(data, sizeof data, "%d", count);
        result = websocket_send(scene.websocket, data, sizeof data);
        count += result == SEND_DONE;
    } while (result == SEND_DONE && count < 1000000);
    assert_int_equal(result, SEND_QUEUE_FULL);
    for (int i = 0; i < count; i++) {
        assert_int_equal(take_frame(&scene, &payload), FINAL | TEXT);
        assert_int_equal(payload.size, sizeof data);
        assert_int_equal(atoi(payload.data), i);
    }
    close_scene(&scene);
}

static void refused_frames_close_with_their_code(void **state)
{
    static const struct {
        const char *name;
        int first;
        size_t size; /* announced, in each frame */
        size_t sent; /* of the last frame */
        int before;  /* frames of a message that come whole before */
        uint16_t code;
        size_t messages;
    } rows[] = {
        {"a frame of the limit is taken",                FINAL | TEXT,         1000, 1000, 0, 0,    1},
        {"a frame beyond the limit, at its first bytes", FINAL | TEXT,         1001, 10,   0, 1009, 0},
        {"a message of the limit is taken",              FINAL | CONTINUATION, 1000, 1000, 2, 0,    1},
        {"a message beyond the limit",                   FINAL | CONTINUATION, 1000, 10,   3, 1009, 0},
        {"a binary frame",                               FINAL | BINARY,       3,    3,    0, 1003, 0},
    };
    char data[1001];

    memset(data, 'x', sizeof data);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct scene scene  = {.is_echo = false};
        SCOPED_TEXT payload = {0};

        print_message("%s\n", rows[i].name);
        open_quietly(&scene);
        for (int before = 0; before < rows[i].before; before++)
            client_send(&scene, before == 0 ? TEXT : CONTINUATION, data, rows[i].size);
        client_begin(&scene, rows[i].first, data, rows[i].size, rows[i].sent);
        if (rows[i].code) {
            expect_close_frame(&scene, rows[i].code, NULL);
        } else { /* a ping behind it is answered: the connection lives */
            client_send(&scene, FINAL | PING, "", 0);
            assert_int_equal(take_frame(&scene, &payload), FINAL | PONG);
        }
        assert_int_equal(scene.message_count, rows[i].messages);
        close_scene(&scene);
        assert_int_equal(scene.code, rows[i].code ? rows[i].code : 1006);
    }
}

static void text_that_is_not_utf8_closes_with_1007(void **state)
{
    struct scene scene = {0};

    open_quietly(&scene);
    client_send(&scene, FINAL | TEXT, "a\xff", 2);
    expect_close_frame(&scene, 1007, NULL);
    assert_int_equal(scene.message_count, 0);
    close_scene(&scene);
    assert_int_equal(scene.code, 1007);
}

static void the_clients_close_is_answered_and_told(void **state)
{
    static const struct {
        const char *name;
        const char *payload;
        size_t size;
        uint16_t code;
        const char *reason;
    } rows[] = {
        {"a code and a reason",
         "\x0f\xa1"
         "bye",                             5, 4001, "bye"},
        {"a code alone",        "\x03\xe8", 2, 1000, ""   },
        {"nothing",             "",         0, 1005, ""   },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct scene scene  = {0};
        SCOPED_TEXT payload = {0};

        print_message("%s\n", rows[i].name);
        open_quietly(&scene);
        client_send(&scene, FINAL | CLOSE, rows[i].payload, rows[i].size);
        assert_int_equal(take_frame(&scene, &payload), FINAL | CLOSE);
        run_until(&scene, is_over);
        assert_int_equal(scene.code, rows[i].code);
        assert_string_equal(scene.reason, rows[i].reason);
        close_scene(&scene);
    }
}

static void our_close_says_code_and_reason_and_ends_with_the_answer(void **state)
{
    struct scene scene = {0};

    open_quietly(&scene);
    websocket_close(scene.websocket, 1001, "Going away");
    assert_int_equal(scene.closed_count, 0);
    assert_int_equal(websocket_send(scene.websocket, "x", 1), SEND_CLOSED);
    expect_close_frame(&scene, 1001, "Going away");
    client_send(&scene, FINAL | CLOSE, "\x0f\xa1", 2);
    run_until(&scene, is_over);
    assert_int_equal(scene.code, 1001);
    assert_string_equal(scene.reason, "Going away");
    close_scene(&scene);
}

static void a_lost_transport_is_1006(void **state)
{
    struct scene scene = {0};

    open_quietly(&scene);
    shutdown(scene.client, SHUT_RDWR);
    run_until(&scene, is_closed);
    assert_int_equal(scene.code, 1006);
    assert_string_equal(scene.reason, "");
    close_scene(&scene);
}

/* Waits for the real five seconds: the time is the loop's. The client never reads. */
static void a_client_that_does_not_read_is_dropped_when_we_close(void **state)
{
    struct scene scene = {0};
    char data[1000]    = {0};
    bool is_done       = false;

    open_quietly(&scene);
    while (websocket_send(scene.websocket, data, sizeof data) == SEND_DONE)
        ;
    websocket_close(scene.websocket, 1001, "");
    for (int turn = 0; turn < DEADLINE_MILLISECONDS / 100 && !is_done; turn++) {
        loop_run_until(&scene.loop, never, NULL, 100);
        is_done = is_closed(&scene);
    }
    assert_true(is_done);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_answered_with_101_and_the_subprotocol),
        cmocka_unit_test(without_a_subprotocol_none_is_answered),
        cmocka_unit_test(a_message_comes_back_from_an_echo),
        cmocka_unit_test(fragments_make_one_message_around_a_ping),
        cmocka_unit_test(a_long_message_goes_out_in_frames),
        cmocka_unit_test(messages_wait_in_order_for_a_client_that_does_not_read),
        cmocka_unit_test(refused_frames_close_with_their_code),
        cmocka_unit_test(text_that_is_not_utf8_closes_with_1007),
        cmocka_unit_test(the_clients_close_is_answered_and_told),
        cmocka_unit_test(our_close_says_code_and_reason_and_ends_with_the_answer),
        cmocka_unit_test(a_lost_transport_is_1006),
        cmocka_unit_test(a_client_that_does_not_read_is_dropped_when_we_close),
    };

    return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
