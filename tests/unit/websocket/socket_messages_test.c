#include "socket_scene.h"

static void a_malformed_key_is_not_adopted(void **state)
{
    struct scene *scene = *state;
    int pair[2];
    char byte;

    make_tcp_pair(pair);
    assert_null(websocket_adopt(scene->host, pair[1], "short", NULL, scene));
    assert_int_equal(recv(pair[0], &byte, 1, 0), 0);
    assert_int_equal(websocket_host_count(scene->host), 0);
    assert_int_equal(scene->closed_count, 0);
    close(pair[0]);
}

static void a_message_larger_than_the_receive_buffer_arrives_whole(void **state)
{
    struct scene *scene  = *state;
    SCOPED_TEXT expected = {0};

    append_pattern(&expected, 20000);
    scene_open(scene);
    scene_pattern_frame(scene, FIN | OPCODE_TEXT, 20000);
    scene_expect_message(scene, text_string(&expected));
}

static void a_frame_that_comes_byte_by_byte_arrives_whole(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT frame   = {0};

    scene_open(scene);
    scene_append_frame(&frame, FIN | OPCODE_TEXT, "gr\xc3\xbc\xc3\x9f dich", 11);
    for (size_t i = 0; i < frame.size; i++) {
        assert_int_equal(scene->message_count, 0);
        scene_write(scene, frame.data + i, 1);
        scene_turn(scene);
    }
    scene_expect_message(scene, "gr\xc3\xbc\xc3\x9f dich");
}

static void several_messages_in_one_packet_arrive_one_by_one(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT packet  = {0};

    scene_open(scene);
    scene->echoes = true;
    for (int i = 0; i < 200; i++) {
        char message[32];

        scene_append_frame(&packet, FIN | OPCODE_TEXT, message,
                           (size_t)snprintf(message, sizeof message, "message %d", i));
    }
    scene_write(scene, packet.data, packet.size);
    for (int i = 0; i < 200; i++) {
        char message[32];

        snprintf(message, sizeof message, "message %d", i);
        scene_expect_frame(scene, OPCODE_TEXT, message);
    }
    assert_int_equal(scene->message_count, 200);
}

static void fragments_become_one_message_with_control_frames_between_them(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_frame(scene, OPCODE_TEXT, "one \xc3", 5); /* a character in two fragments */
    scene_frame(scene, FIN | OPCODE_PING, "are you there", 13);
    scene_frame(scene, OPCODE_CONTINUATION, "\xa4 two ", 6);
    scene_frame(scene, OPCODE_CONTINUATION, "", 0);
    scene_frame(scene, FIN | OPCODE_PONG, "unasked", 7);
    scene_frame(scene, FIN | OPCODE_CONTINUATION, "three", 5);
    scene_expect_message(scene, "one \xc3\xa4 two three");
    scene_expect_frame(scene, OPCODE_PONG, "are you there");
    assert_int_equal(scene->control_count, 1);
    scene_frame(scene, FIN | OPCODE_TEXT, "next", 4);
    scene_expect_message(scene, "next");
}

static void an_empty_first_fragment_changes_nothing(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_frame(scene, OPCODE_TEXT, "", 0);
    scene_frame(scene, FIN | OPCODE_CONTINUATION, "late", 4);
    scene_expect_message(scene, "late");
    scene_frame(scene, OPCODE_TEXT, "early", 5);
    scene_frame(scene, FIN | OPCODE_CONTINUATION, "", 0);
    scene_expect_message(scene, "early");
}

static void sizes_up_to_the_limits_pass_and_one_more_is_1009(void **state)
{
    static const struct {
        const char *what;
        size_t frame_size;
        int frame_count;
        size_t last_size; /* of one more frame; 0: none */
        bool passes;
    } cases[] = {
        {"a frame of 32768",       32768, 1,   0, true },
        {"a frame of 32769",       32769, 1,   0, false},
        {"4 frames of 32768",      32768, 4,   0, true },
        {"5 frames of 32768",      32768, 5,   0, false},
        {"4 frames and one byte",  32768, 4,   1, false},
        {"128 frames of 1024",     1024,  128, 0, true },
        {"129 frames of 1024",     1024,  129, 0, false},
        {"a frame of many 100000", 99999, 1,   0, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int last = cases[i].frame_count - (cases[i].last_size ? 0 : 1);
        struct scene *scene;
        void *inner;

        print_message("           %s\n", cases[i].what);
        scene_set_up(&inner);
        scene = inner;
        scene_open(scene);
        for (int frame = 0; frame <= last; frame++)
            scene_pattern_frame(
                scene, (frame == last ? FIN : 0) | (frame ? OPCODE_CONTINUATION : OPCODE_TEXT),
                frame < cases[i].frame_count ? cases[i].frame_size : cases[i].last_size);
        if (cases[i].passes) {
            scene_wait(scene, scene_has_message);
            assert_int_equal(scene->message.size,
                             cases[i].frame_size * (size_t)cases[i].frame_count);
        } else {
            scene_expect_close_frame(scene, 1009, NULL);
            assert_int_equal(scene->message_count, 0);
            scene_send_close(scene, 1009, "");
            scene_wait(scene, scene_is_closed);
            assert_int_equal(scene->code, 1009);
            assert_int_equal(scene->end, cases[i].frame_size > 32768 ? WEBSOCKET_FRAME_TOO_LARGE
                                                                     : WEBSOCKET_MESSAGE_TOO_LARGE);
        }
        scene_tear_down(&inner);
    }
}

static void a_frame_is_refused_when_it_announces_too_much(void **state)
{
    static const unsigned char head[] = {
        FIN | OPCODE_TEXT, 0xff, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 'x'};
    struct scene *scene = *state;

    scene_open(scene);
    scene_write(scene, head, sizeof head);
    scene_expect_close_frame(scene, 1009, NULL);
}

static void what_breaks_the_rules_is_closed_with_its_code(void **state)
{
    static const struct {
        const char *what;
        int head;
        const char *data;
        uint16_t code;
    } cases[] = {
        {"a binary message",          FIN | OPCODE_BINARY,       "\x01\x02",         1003},
        {"an unfinished binary one",  OPCODE_BINARY,             "\x01\x02",         1003},
        {"an empty binary one",       FIN | OPCODE_BINARY,       "",                 1003},
        {"a byte that never comes",   FIN | OPCODE_TEXT,         "ab\xff",           1007},
        {"an overlong form",          FIN | OPCODE_TEXT,         "\xc0\xaf",         1007},
        {"a surrogate",               FIN | OPCODE_TEXT,         "\xed\xa0\x80",     1007},
        {"above U+10FFFF",            FIN | OPCODE_TEXT,         "\xf4\x90\x80\x80", 1007},
        {"a character cut short",     FIN | OPCODE_TEXT,         "ab\xc3",           1007},
        {"a continuation of nothing", FIN | OPCODE_CONTINUATION, "abc",              1002},
        {"an unknown opcode",         FIN | 3,                   "abc",              1002},
        {"an unknown control opcode", FIN | 11,                  "abc",              1002},
        {"a reserved bit",            FIN | 0x40 | OPCODE_TEXT,  "abc",              1002},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene *scene;
        void *inner;

        print_message("           %s\n", cases[i].what);
        scene_set_up(&inner);
        scene = inner;
        scene_open(scene);
        scene_frame(scene, cases[i].head, cases[i].data, strlen(cases[i].data));
        scene_expect_close_frame(scene, cases[i].code, NULL);
        scene_leave(scene);
        scene_wait(scene, scene_is_closed);
        assert_int_equal(scene->code, cases[i].code);
        assert_int_equal(scene->end,
                         cases[i].code == 1003 ? WEBSOCKET_BINARY_FRAME : WEBSOCKET_PROTOCOL_ERROR);
        assert_int_equal(scene->message_count, 0);
        scene_tear_down(&inner);
    }
}

static void bad_text_behind_good_text_is_found_in_any_chunk(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT message = {0};

    append_pattern(&message, 5000);
    text_append(&message, "\xff", 1);
    append_pattern(&message, 3000);
    scene_open(scene);
    scene_frame(scene, FIN | OPCODE_TEXT, message.data, message.size);
    scene_expect_close_frame(scene, 1007, NULL);
    assert_int_equal(scene->message_count, 0);
}

static void characters_on_the_borders_of_chunks_are_good(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT message = {0};

    for (int i = 0; i < 3000; i++)
        text_append_string(&message, "\xe2\x82\xac");
    scene_open(scene);
    for (size_t shift = 0; shift < 3; shift++) {
        SCOPED_TEXT shifted = {0};

        append_pattern(&shifted, shift);
        text_append(&shifted, message.data, message.size);
        scene_frame(scene, FIN | OPCODE_TEXT, shifted.data, shifted.size);
        scene_expect_message(scene, text_string(&shifted));
    }
}

static void a_ping_is_answered_and_the_connection_goes_on(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_frame(scene, FIN | OPCODE_PING, "1", 1);
    scene_expect_frame(scene, OPCODE_PONG, "1");
    scene_frame(scene, FIN | OPCODE_PING, "", 0);
    scene_expect_frame(scene, OPCODE_PONG, "");
    scene_frame(scene, FIN | OPCODE_TEXT, "hello", 5);
    scene_expect_message(scene, "hello");
}

static void a_message_is_sent_in_one_frame(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    assert_int_equal(websocket_send(scene->websocket, "hello", 5), SEND_DONE);
    scene_expect_frame(scene, OPCODE_TEXT, "hello");
    assert_int_equal(websocket_send(scene->websocket, "", 0), SEND_DONE);
    scene_expect_frame(scene, OPCODE_TEXT, "");
}

static void what_is_sent_need_not_be_utf8(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    assert_int_equal(websocket_send(scene->websocket, "a\xff\xfe", 3), SEND_DONE);
    scene_expect_frame(scene, OPCODE_TEXT, "a\xff\xfe");
}

static void a_large_message_is_sent_in_frames_of_the_limit(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT message = {0};
    SCOPED_TEXT seen    = {0};

    append_pattern(&message, 131072);
    scene_open(scene);
    assert_int_equal(websocket_send(scene->websocket, message.data, message.size), SEND_DONE);
    for (int i = 0; i < 4; i++) {
        SCOPED_TEXT payload       = {0};
        struct server_frame frame = scene_read_frame(scene, &payload);

        assert_int_equal(frame.opcode, i == 0 ? OPCODE_TEXT : OPCODE_CONTINUATION);
        assert_int_equal(frame.is_final, i == 3);
        assert_int_equal(frame.size, 32768);
        text_append(&seen, payload.data, payload.size);
    }
    assert_string_equal(text_string(&seen), text_string(&message));
}

static void a_client_that_does_not_read_fills_the_queue_and_loses_nothing(void **state)
{
    struct scene *scene = *state;
    int count;

    scene_open(scene);
    count = scene_fill(scene, 30000);
    assert_true(count >= QUEUE_SIZE / 31000);
    scene_start_reading(scene);
    scene_expect_filled(scene, count, 30000);
    assert_int_equal(websocket_send(scene->websocket, "again", 5), SEND_DONE);
    scene_expect_frame(scene, OPCODE_TEXT, "again");
    assert_int_equal(scene->closed_count, 0);
}

static void small_messages_fill_the_queue_too(void **state)
{
    struct scene *scene = *state;
    int count;

    scene_open(scene);
    scene_fill(scene, 30000);
    for (count = 0; websocket_send(scene->websocket, "", 0) == SEND_DONE; count++)
        assert_true(count < QUEUE_SIZE);
}

static void pings_to_a_stalled_client_do_not_disturb_the_order(void **state)
{
    struct scene *scene = *state;
    int count;
    int seen = 0;

    scene_open(scene);
    count = scene_fill(scene, 30000);
    for (int i = 0; i < 100; i++) {
        scene_frame(scene, FIN | OPCODE_PING, "p", 1);
        scene_turn(scene);
    }
    scene_start_reading(scene);
    while (seen < count) {
        SCOPED_TEXT payload = {0};
        char number[32];
        struct server_frame frame = scene_read_frame(scene, &payload);

        if (frame.opcode == OPCODE_PONG)
            continue;
        assert_int_equal(frame.opcode, OPCODE_TEXT);
        assert_int_equal(frame.size, 30000);
        snprintf(number, sizeof number, "%08d", seen++);
        assert_memory_equal(payload.data, number, 8);
    }
}

static void answers_may_be_sent_while_a_message_is_told(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene->echoes = true;
    scene_frame(scene, FIN | OPCODE_TEXT, "echo", 4);
    scene_expect_frame(scene, OPCODE_TEXT, "echo");
    assert_int_equal(scene->echoed, SEND_DONE);
}

static void a_socket_pair_serves_as_well(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT message = {0};
    int pair[2];
    int count;

    append_pattern(&message, 32000);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
    scene_open_on(scene, pair, "chat", NULL);
    scene_pattern_frame(scene, FIN | OPCODE_TEXT, 32000);
    scene_expect_message(scene, text_string(&message));
    count = scene_fill(scene, 30000);
    scene_start_reading(scene);
    scene_expect_filled(scene, count, 30000);
    websocket_close(scene->websocket, 1000, "done");
    scene_expect_close_frame(scene, 1000, NULL);
    scene_send_close(scene, 1000, "");
    scene_expect_closed(scene, 1000, "done");
}

static int set_up_unlimited(void **state)
{
    return scene_set_up_with(state, 0, 0);
}

static void without_limits_a_megabyte_passes_both_ways(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT seen    = {0};
    struct server_frame frame;

    scene_open(scene);
    scene->echoes = true;
    scene_pattern_frame(scene, FIN | OPCODE_TEXT, 1000000);
    do {
        SCOPED_TEXT payload = {0};

        frame = scene_read_frame(scene, &payload);
        text_append(&seen, payload.data, payload.size);
    } while (!frame.is_final);
    assert_int_equal(scene->message.size, 1000000);
    assert_int_equal(seen.size, 1000000);
    assert_memory_equal(seen.data, scene->message.data, seen.size);
}

static void without_limits_a_message_is_still_bounded(void **state)
{
    static const unsigned char head[] = {
        FIN | OPCODE_TEXT, 0xff, 0, 0, 0, 0, 0x01, 0, 0, 1, 1, 2, 3, 4, 'x'};
    struct scene *scene = *state;

    scene_open(scene);
    scene_write(scene, head, sizeof head);
    scene_expect_close_frame(scene, 1009, NULL);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_set_up, scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_malformed_key_is_not_adopted),
        TEST(a_message_larger_than_the_receive_buffer_arrives_whole),
        TEST(a_frame_that_comes_byte_by_byte_arrives_whole),
        TEST(several_messages_in_one_packet_arrive_one_by_one),
        TEST(fragments_become_one_message_with_control_frames_between_them),
        TEST(an_empty_first_fragment_changes_nothing),
        cmocka_unit_test(sizes_up_to_the_limits_pass_and_one_more_is_1009),
        TEST(a_frame_is_refused_when_it_announces_too_much),
        cmocka_unit_test(what_breaks_the_rules_is_closed_with_its_code),
        TEST(bad_text_behind_good_text_is_found_in_any_chunk),
        TEST(characters_on_the_borders_of_chunks_are_good),
        TEST(a_ping_is_answered_and_the_connection_goes_on),
        TEST(a_message_is_sent_in_one_frame),
        TEST(what_is_sent_need_not_be_utf8),
        TEST(a_large_message_is_sent_in_frames_of_the_limit),
        TEST(a_client_that_does_not_read_fills_the_queue_and_loses_nothing),
        TEST(small_messages_fill_the_queue_too),
        TEST(pings_to_a_stalled_client_do_not_disturb_the_order),
        TEST(answers_may_be_sent_while_a_message_is_told),
        TEST(a_socket_pair_serves_as_well),
        cmocka_unit_test_setup_teardown(without_limits_a_megabyte_passes_both_ways,
                                        set_up_unlimited, scene_tear_down),
        cmocka_unit_test_setup_teardown(without_limits_a_message_is_still_bounded, set_up_unlimited,
                                        scene_tear_down),
    };

    return cmocka_run_group_tests_name("websocket/socket_messages", tests, NULL, NULL);
}
