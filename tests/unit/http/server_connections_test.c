#include "http/server.h"

#include "http_scene.h"

#include "base/clock.h"

#define END "\r\n\r\n"

static bool is_empty(void *server)
{
    return http_server_connection_count(server) == 0;
}

static void a_body_that_comes_byte_by_byte_has_its_time(void **state)
{
    struct scene scene;
    struct client client;
    int64_t begun = clock_microseconds();
    int64_t taken;

    scene_open_with(&scene,
                    (struct http_settings){.memory = 16384, .connections = 50, .body_seconds = 1});
    client_open(&client, &scene);
    client_send(&client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    for (taken = 0; !client.is_ended && taken < 20000000; taken = clock_microseconds() - begun) {
        send(client.socket, "x", 1, MSG_NOSIGNAL);
        uv_run(&scene.loop.uv, UV_RUN_NOWAIT);
        client_read(&client);
    }
    assert_true(client.is_ended);
    assert_true(taken > 1000000);
    client_close(&client);
    scene_close(&scene);
}

static void count_left(void *owner, void *client)
{
    struct scene *scene = owner;

    assert_string_equal(client, "client");
    scene->left_count++;
}

static void each_connection_that_was_taken_is_told_to_have_left_once(void **state)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    struct scene scene;
    struct client clients[3];
    int pair[2];

    scene_open_with(&scene,
                    (struct http_settings){.memory = 16384, .connections = 3, .left = count_left});
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        client_open(&clients[i], &scene);
    make_tcp_pair(pair);
    assert_true(http_server_add(scene.server, pair[1], (struct sockaddr *)&peer, sizeof peer,
                                (void *)(uintptr_t) "client") < 0);
    assert_int_equal(close(pair[1]), -1); /* it is closed already */
    close(pair[0]);
    assert_int_equal(scene.left_count, 0);

    client_leave(&clients[0]);
    while (scene.left_count < 1)
        uv_run(&scene.loop.uv, UV_RUN_ONCE);
    assert_int_equal(http_server_connection_count(scene.server), 2);
    scene_close(&scene);
    assert_int_equal(scene.left_count, 3);
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        client_close(&clients[i]);
}

/* What it has sent and its end arrive together. */
static void a_peer_that_leaves_amid_a_request_is_noticed(void **state)
{
    static const char *const beginnings[] = {
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nbegin",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbeg",
        "GET /echo HTTP/1.1\r\nHo",
        "G",
    };
    struct scene scene;

    scene_open(&scene);
    for (size_t i = 0; i < 2 * ARRAY_SIZE(beginnings); i++) {
        struct client client;

        if (i % 2)
            client_open_local(&client, &scene);
        else
            client_open(&client, &scene);
        client_send(&client, beginnings[i / 2]);
        client_close(&client);
        assert_true(loop_run_until(&scene.loop, is_empty, scene.server, 10000));
    }
    scene_close(&scene);
}

static void a_peer_that_has_closed_its_half_gets_its_answer(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    shutdown(client.socket, SHUT_WR);
    client_expect(&client, END "body");
    assert_true(loop_run_until(&scene.loop, is_empty, scene.server, 10000));
    client_close(&client);
    scene_close(&scene);
}

/* Each byte is a sign of life, and yet no head comes of it. */
static void a_head_that_comes_byte_by_byte_has_its_time(void **state)
{
    struct scene scene;
    struct client client;
    int64_t begun = clock_microseconds();
    int64_t sent  = begun;
    int64_t now;

    scene_open_with(&scene,
                    (struct http_settings){.memory = 16384, .connections = 50, .idle_seconds = 1});
    client_open(&client, &scene);
    client_send(&client, "GET /describe HTTP/1.1\r\nHost: a\r\n\r\n");
    client_expect_times(&client, "header=none", 1);
    for (now = sent; !client.is_ended && now - begun < 20000000; now = clock_microseconds()) {
        if (now - sent > 20000) {
            send(client.socket, "G", 1, MSG_NOSIGNAL);
            sent = now;
        }
        uv_run(&scene.loop.uv, UV_RUN_NOWAIT);
        client_read(&client);
    }
    assert_true(client.is_ended);
    assert_true(now - begun > 1000000);
    client_close(&client);
    scene_close(&scene);
}

static void run_for(struct scene *scene, int64_t microseconds)
{
    int64_t end = clock_microseconds() + microseconds;

    while (clock_microseconds() < end)
        uv_run(&scene->loop.uv, UV_RUN_NOWAIT);
}

static void idle_connections_make_room_but_not_at_once_nor_within_a_request(void **state)
{
    struct scene scene;
    struct client idle[3];
    struct client busy;

    scene_open_with(&scene, (struct http_settings){.memory = 16384, .connections = 50});
    client_open(&busy, &scene);
    client_send(&busy, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbu");
    for (size_t i = 0; i < ARRAY_SIZE(idle); i++) {
        client_open(&idle[i], &scene);
        client_send(&idle[i], "GET /describe HTTP/1.1\r\nHost: a\r\n\r\n");
        client_expect_times(&idle[i], "header=none", 1);
    }
    assert_int_equal(http_server_drop_idle(scene.server), 0);
    run_for(&scene, 1100000);
    client_send(&idle[1], "GET /describe HTTP/1.1\r\nHost: a\r\n\r\n");
    client_expect_times(&idle[1], "header=none", 2);
    assert_int_equal(http_server_drop_idle(scene.server), 2);
    assert_int_equal(http_server_drop_idle(scene.server), 0);
    while (http_server_connection_count(scene.server) > 2)
        uv_run(&scene.loop.uv, UV_RUN_ONCE);
    client_read(&idle[0]);
    client_read(&idle[2]);
    assert_true(idle[0].is_ended && idle[2].is_ended);
    client_send(&idle[1], "GET /describe HTTP/1.1\r\nHost: a\r\n\r\n");
    client_expect_times(&idle[1], "header=none", 3);
    client_send(&busy, "sy");
    client_expect_times(&busy, "busy", 1);
    for (size_t i = 0; i < ARRAY_SIZE(idle); i++)
        client_close(&idle[i]);
    client_close(&busy);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_comes_byte_by_byte_has_its_time),
        cmocka_unit_test(idle_connections_make_room_but_not_at_once_nor_within_a_request),
        cmocka_unit_test(a_body_that_comes_byte_by_byte_has_its_time),
        cmocka_unit_test(a_peer_that_leaves_amid_a_request_is_noticed),
        cmocka_unit_test(a_peer_that_has_closed_its_half_gets_its_answer),
        cmocka_unit_test(each_connection_that_was_taken_is_told_to_have_left_once),
    };

    return cmocka_run_group_tests_name("server_connections", tests, NULL, NULL);
}
