#include "socket_scene.h"

static void who_left_before_the_101_is_closed_as_lost_or_not_adopted(void **state)
{
    struct scene *scene = *state;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int pair[2];

    make_tcp_pair(pair);
    setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(pair[0]);
    scene->websocket = websocket_adopt(scene->host, pair[1], KEY, NULL, scene);
    scene_turn(scene);
    assert_int_equal(scene->closed_count, scene->websocket ? 1 : 0);
    assert_int_equal(scene->code, scene->websocket ? 1006 : 0);
}

static void closing_while_a_message_is_told_sends_the_answer_first(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT reason  = {0};

    scene_open(scene);
    scene->echoes = true;
    scene->closes = true;
    scene_frame(scene, FIN | OPCODE_TEXT, "last", 4);
    scene_expect_frame(scene, OPCODE_TEXT, "last");
    scene_expect_close_frame(scene, 4002, &reason);
    assert_string_equal(text_string(&reason), "enough");
    scene_send_close(scene, 4002, "enough");
    scene_expect_closed(scene, 4002, "enough");
    scene_wait(scene, scene_is_ended);
}

static void a_message_behind_the_one_that_closes_is_not_told(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT packet  = {0};

    scene_open(scene);
    scene->closes = true;
    scene_append_frame(&packet, FIN | OPCODE_TEXT, "one", 3);
    scene_append_frame(&packet, FIN | OPCODE_TEXT, "two", 3);
    scene_write(scene, packet.data, packet.size);
    scene_expect_close_frame(scene, 4002, NULL);
    scene_send_close(scene, 4002, "");
    scene_expect_closed(scene, 4002, "enough");
    assert_int_equal(scene->message_count, 1);
}

static void our_close_is_sent_and_told_with_our_code(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT reason  = {0};

    scene_open(scene);
    websocket_close(scene->websocket, 1001, "Going away");
    assert_int_equal(scene->closed_count, 0);
    assert_int_equal(websocket_send(scene->websocket, "x", 1), SEND_CLOSED);
    websocket_close(scene->websocket, 1000, "again");
    scene_expect_close_frame(scene, 1001, &reason);
    assert_string_equal(text_string(&reason), "Going away");
    scene_send_close(scene, 1001, "");
    scene_expect_closed(scene, 1001, "Going away");
    scene_wait(scene, scene_is_ended);
    assert_int_equal(websocket_host_count(scene->host), 0);
}

static void our_close_goes_out_behind_what_is_queued(void **state)
{
    struct scene *scene = *state;
    int count;

    scene_open(scene);
    count = scene_fill(scene, 30000);
    websocket_close(scene->websocket, 1000, "done");
    assert_int_equal(websocket_send(scene->websocket, "x", 1), SEND_CLOSED);
    scene_start_reading(scene);
    scene_expect_filled(scene, count, 30000);
    scene_expect_close_frame(scene, 1000, NULL);
    scene_send_close(scene, 1000, "");
    scene_expect_closed(scene, 1000, "done");
}

static void a_long_reason_is_cut_between_characters(void **state)
{
    struct scene *scene  = *state;
    SCOPED_TEXT reason   = {0};
    SCOPED_TEXT expected = {0};
    SCOPED_TEXT given    = {0};

    for (int i = 0; i < 100; i++)
        text_append_string(&given, "\xe2\x82\xac"); /* 123 is 41 of them */
    for (int i = 0; i < 40; i++)
        text_append_string(&expected, "\xe2\x82\xac");
    scene_open(scene);
    text_append_string(&reason, "ab");
    text_append(&reason, given.data, given.size);
    websocket_close(scene->websocket, 4000, text_string(&reason));
    text_clear(&reason);
    scene_expect_close_frame(scene, 4000, &reason);
    assert_int_equal(reason.size, 122);
    assert_string_equal(text_string(&reason) + 2, text_string(&expected));
}

static void the_clients_code_and_reason_are_told(void **state)
{
    static const struct {
        const char *what;
        uint16_t sent;
        const char *reason;
        uint16_t told;
        const char *told_reason;
    } cases[] = {
        {"normal",         1000, "bye",    1000, "bye"   },
        {"going away",     1001, "",       1001, ""      },
        {"an application", 4321, "custom", 4321, "custom"},
        {"no code",        0,    "",       1005, ""      },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene *scene;
        void *inner;

        print_message("           %s\n", cases[i].what);
        scene_set_up(&inner);
        scene = inner;
        scene_open(scene);
        scene_send_close(scene, cases[i].sent, cases[i].reason);
        scene_expect_closed(scene, cases[i].told, cases[i].told_reason);
        scene_wait(scene, scene_is_ended);
        assert_int_equal(scene->message_count, 0);
        scene_tear_down(&inner);
    }
}

static void a_close_code_that_no_client_may_send_becomes_1002(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_send_close(scene, 1006, "liar");
    scene_wait(scene, scene_is_closed);
    assert_int_equal(scene->code, 1002);
}

static void where_both_close_the_first_is_told(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_send_close(scene, 4100, "client");
    websocket_close(scene->websocket, 4200, "server");
    scene_wait(scene, scene_is_closed);
    /* Which of the two is first depends on who comes to it first, but it is one of them whole. */
    assert_string_equal(scene->reason, scene->code == 4100 ? "client" : "server");
    assert_true(scene->code == 4100 || scene->code == 4200);
    assert_int_equal(scene->end, scene->code == 4100 ? WEBSOCKET_CLIENT_CLOSED : WEBSOCKET_CLOSED);
}

static void a_client_that_closes_after_our_close_has_no_say(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    websocket_close(scene->websocket, 4200, "server");
    scene_expect_close_frame(scene, 4200, NULL);
    scene_send_close(scene, 4100, "client");
    scene_expect_closed(scene, 4200, "server");
}

static void a_transport_that_ends_is_1006(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_leave(scene);
    scene_expect_closed(scene, 1006, "");
}

static void a_transport_that_is_reset_is_1006(void **state)
{
    struct scene *scene = *state;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};

    scene_open(scene);
    setsockopt(scene->client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    scene_leave(scene);
    scene_expect_closed(scene, 1006, "");
}

static void a_transport_that_ends_within_a_message_is_1006(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_frame(scene, OPCODE_TEXT, "unfinished", 10);
    scene_turn(scene);
    scene_leave(scene);
    scene_expect_closed(scene, 1006, "");
    assert_int_equal(scene->message_count, 0);
}

static void a_stalled_client_that_leaves_is_1006(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_fill(scene, 30000);
    scene_leave(scene);
    scene_expect_closed(scene, 1006, "");
}

static void sending_to_a_client_that_was_reset_ends_as_1006(void **state)
{
    struct scene *scene = *state;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};

    scene_open(scene);
    setsockopt(scene->client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    scene_leave(scene);
    for (int i = 0; i < 10; i++) /* no turn of the loop between: the writes find out */
        websocket_send(scene->websocket, "lost", 4);
    assert_int_equal(scene->closed_count, 0);
    scene_expect_closed(scene, 1006, "");
}

static void a_client_that_does_not_answer_our_close_is_dropped(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    websocket_close(scene->websocket, 1001, "Going away");
    scene_expect_close_frame(scene, 1001, NULL);
    scene_expect_closed(scene, 1001, "Going away");
    scene_wait(scene, scene_is_ended);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_set_up, scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_left_before_the_101_is_closed_as_lost_or_not_adopted),
        TEST(closing_while_a_message_is_told_sends_the_answer_first),
        TEST(a_message_behind_the_one_that_closes_is_not_told),
        TEST(our_close_is_sent_and_told_with_our_code),
        TEST(our_close_goes_out_behind_what_is_queued),
        TEST(a_long_reason_is_cut_between_characters),
        cmocka_unit_test(the_clients_code_and_reason_are_told),
        TEST(a_close_code_that_no_client_may_send_becomes_1002),
        TEST(where_both_close_the_first_is_told),
        TEST(a_client_that_closes_after_our_close_has_no_say),
        TEST(a_transport_that_ends_is_1006),
        TEST(a_transport_that_is_reset_is_1006),
        TEST(a_transport_that_ends_within_a_message_is_1006),
        TEST(a_stalled_client_that_leaves_is_1006),
        TEST(sending_to_a_client_that_was_reset_ends_as_1006),
        TEST(a_client_that_does_not_answer_our_close_is_dropped),
    };

    return cmocka_run_group_tests_name("websocket/socket_closing", tests, NULL, NULL);
}
