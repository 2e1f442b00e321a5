/* Calls that are answered later, and peers that don't wait for it. */

#include "http_scene.h"

#define WAIT     "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"
#define DESCRIBE "GET /describe HTTP/1.1\r\nHost: a\r\n\r\n"

static struct call *take_waiting(struct scene *scene)
{
    struct call *call;

    scene_run_until(scene, scene_is_waiting);
    call           = scene->waiting;
    scene->waiting = NULL;
    return call;
}

static void check_later_answer(void (*open)(struct client *, struct scene *))
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    open(&client, &scene);
    for (unsigned i = 1; i <= 3; i++) {
        struct call *call;

        client_send(&client, WAIT);
        call = take_waiting(&scene);
        scene_turn(&scene);
        client_read(&client);
        assert_int_equal(count_of(text_string(&client.received), "200 OK"), i - 1);
        assert_string_equal(call_target(call), "/wait");
        reply_json(call, 200, "{\"late\":1}", 10);
        client_expect_times(&client, "{\"late\":1}", i);
    }
    assert_int_equal(scene.gone_count, 0);
    client_close(&client);
    scene_run_until(&scene, scene_has_none_left);
    assert_int_equal(scene.gone_count, 0);
    scene_close(&scene);
}

static void a_waiting_call_is_answered_later(void **state)
{
    check_later_answer(client_open);
    check_later_answer(client_open_local);
}

static void a_request_behind_a_waiting_one_keeps_its_place(void **state)
{
    struct scene scene;
    struct client client;
    struct call *call;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, WAIT DESCRIBE);
    call = take_waiting(&scene);
    scene_turn(&scene);
    client_read(&client);
    assert_int_equal(client.received.size, 0);
    reply_text(call, 200, "text/plain", "first", 5);
    client_expect(&client, "\r\n\r\nfirstHTTP/1.1 200 OK\r\n");
    client_expect(&client, "GET /describe");
    client_close(&client);
    scene_close(&scene);
}

static void other_connections_are_served_while_one_waits(void **state)
{
    struct scene scene;
    struct client waiting;
    struct client other;
    struct call *call;

    scene_open(&scene);
    client_open(&waiting, &scene);
    client_open(&other, &scene);
    client_send(&waiting, WAIT);
    call = take_waiting(&scene);
    client_send(&other, DESCRIBE);
    client_expect(&other, "GET /describe");
    reply_empty(call, 202);
    client_expect(&waiting, "HTTP/1.1 202 Accepted");
    client_close(&waiting);
    client_close(&other);
    scene_close(&scene);
}

static bool is_gone(void *context)
{
    return ((struct scene *)context)->gone_count > 0;
}

static void check_peer_that_leaves(void (*open)(struct client *, struct scene *))
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    open(&client, &scene);
    client_send(&client, WAIT);
    take_waiting(&scene);
    client_leave(&client);
    scene_run_until(&scene, is_gone);
    scene_run_until(&scene, scene_has_none_left);
    assert_int_equal(scene.gone_count, 1);
    client_close(&client);
    scene_close(&scene);
    assert_int_equal(scene.gone_count, 1);
}

static void whoever_answers_is_told_that_the_peer_has_left(void **state)
{
    check_peer_that_leaves(client_open);
    check_peer_that_leaves(client_open_local);
}

static void a_peer_that_has_left_before_its_call_waits_is_noticed(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, WAIT);
    client_leave(&client);
    scene_run_until(&scene, is_gone);
    scene_run_until(&scene, scene_has_none_left);
    assert_int_equal(scene.gone_count, 1);
    client_close(&client);
    scene_close(&scene);
}

static void a_peer_that_resets_its_connection_is_noticed(void **state)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, WAIT);
    take_waiting(&scene);
    setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client_leave(&client);
    scene_run_until(&scene, is_gone);
    scene_run_until(&scene, scene_has_none_left);
    client_close(&client);
    scene_close(&scene);
}

static void an_answer_in_the_turn_in_which_the_peer_leaves_is_harmless(void **state)
{
    struct scene scene;
    struct client client;
    struct call *call;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, WAIT);
    call = take_waiting(&scene);
    client_leave(&client);
    reply_empty(call, 200);
    scene_run_until(&scene, scene_has_none_left);
    assert_int_equal(scene.gone_count, 0);
    client_close(&client);
    scene_close(&scene);
}

static void many_peers_may_leave_at_once(void **state)
{
    struct scene scene;
    struct client clients[40];

    scene_open(&scene);
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        client_open(&clients[i], &scene);
        client_send(&clients[i], WAIT);
        take_waiting(&scene);
    }
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        client_close(&clients[i]);
    scene_run_until(&scene, scene_has_none_left);
    assert_int_equal(scene.gone_count, ARRAY_SIZE(clients));
    scene_close(&scene);
}

static void a_server_may_go_while_calls_wait(void **state)
{
    struct scene scene;
    struct client waiting;
    struct client idle;

    scene_open(&scene);
    client_open(&waiting, &scene);
    client_open(&idle, &scene);
    client_send(&waiting, WAIT);
    take_waiting(&scene);
    http_server_free(scene.server);
    scene.server = NULL;
    assert_int_equal(scene.gone_count, 1);
    client_expect(&waiting, "HTTP/1.1 503 Service Unavailable\r\n");
    client_expect(&waiting, "\r\n\r\n{\"message\":\"Service Unavailable\"}");
    client_expect_end(&waiting);
    client_expect_end(&idle);
    client_close(&waiting);
    client_close(&idle);
    scene_close(&scene);
}

static void a_server_may_go_with_answers_unsent(void **state)
{
    struct scene scene;
    struct client client;
    struct call *call;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, WAIT WAIT);
    call = take_waiting(&scene);
    reply_json(call, 200, "{}", 2);
    http_server_free(scene.server);
    scene.server = NULL;
    client_expect(&client, "HTTP/1.1 200 OK");
    client_expect(&client, "HTTP/1.1 503 Service Unavailable\r\n");
    client_expect_end(&client);
    assert_int_equal(scene.gone_count, 0);
    client_close(&client);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiting_call_is_answered_later),
        cmocka_unit_test(a_request_behind_a_waiting_one_keeps_its_place),
        cmocka_unit_test(other_connections_are_served_while_one_waits),
        cmocka_unit_test(whoever_answers_is_told_that_the_peer_has_left),
        cmocka_unit_test(a_peer_that_has_left_before_its_call_waits_is_noticed),
        cmocka_unit_test(a_peer_that_resets_its_connection_is_noticed),
        cmocka_unit_test(an_answer_in_the_turn_in_which_the_peer_leaves_is_harmless),
        cmocka_unit_test(many_peers_may_leave_at_once),
        cmocka_unit_test(a_server_may_go_while_calls_wait),
        cmocka_unit_test(a_server_may_go_with_answers_unsent),
    };

    return cmocka_run_group_tests_name("http/server: waiting", tests, NULL, NULL);
}
