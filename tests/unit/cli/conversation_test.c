#include "cli/connect/conversation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/printer.h"
#include "cli/connect/session.h"

/* A conversation whose peer is the test: it reads the client's frames and writes its own. */
struct scene {
    struct printer printer;
    struct conversation conversation;
};

static struct scene *scene_of(void **state)
{
    return *state;
}

static int open_scene(void **state)
{
    struct scene *scene = NEW(struct scene);

    scene->printer.form            = PRINTER_SCRIPTED;
    scene->printer.is_out_terminal = true;
    conversation_init(&scene->conversation, &scene->printer);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    conversation_deinit(&scene->conversation);
    printer_deinit(&scene->printer);
    memory_free_scoped(state);
    return 0;
}

struct frame {
    unsigned opcode;
    bool is_last;
    size_t size;
    char data[SESSION_FRAME_SIZE_MAX + 1]; /* unmasked */
};

/* Takes the client's next frame, which must be masked. */
static struct frame *take_frame(struct scene *scene)
{
    const struct text *output = session_output(scene->conversation.session);
    const uint8_t *bytes      = (const uint8_t *)output->data;
    struct frame *frame       = NEW(struct frame);
    size_t head               = 2;

    assert_true(output->size >= 6);
    frame->opcode  = bytes[0] & 15;
    frame->is_last = bytes[0] >> 7;
    assert_true(bytes[1] & 0x80);
    frame->size = bytes[1] & 0x7f;
    if (frame->size == 126) {
        frame->size = (size_t)(bytes[2] << 8 | bytes[3]);
        head        = 4;
    }
    assert_true(frame->size <= SESSION_FRAME_SIZE_MAX);
    assert_true(output->size >= head + 4 + frame->size);
    for (size_t i = 0; i < frame->size; i++)
        frame->data[i] = (char)(bytes[head + 4 + i] ^ bytes[head + i % 4]);
    session_take_output(scene->conversation.session, head + 4 + frame->size);
    return frame;
}

static void expect_frame(struct scene *scene, unsigned opcode, const char *data, size_t size)
{
    SCOPED_MEMORY struct frame *frame = take_frame(scene);

    assert_int_equal(frame->opcode, opcode);
    assert_true(frame->is_last);
    assert_int_equal(frame->size, size);
    assert_memory_equal(frame->data, data, size);
}

static void feed(struct scene *scene, const char *bytes, size_t size)
{
    session_feed(scene->conversation.session, bytes, size);
}

static void say(struct scene *scene, const char *line)
{
    conversation_say(&scene->conversation, line, strlen(line), true);
}

static void a_line_becomes_a_masked_text_frame(void **state)
{
    say(scene_of(state), "hello");
    expect_frame(scene_of(state), 1, "hello", 5);
    say(scene_of(state), "");
    expect_frame(scene_of(state), 1, "", 0);
    assert_int_equal(session_output(scene_of(state)->conversation.session)->size, 0);
}

static void a_long_message_becomes_frames_of_32_kilobytes(void **state)
{
    static const struct {
        unsigned opcode;
        bool is_last;
        size_t size;
    } expected[] = {
        {1, false, 32768},
        {0, false, 32768},
        {0, true,  10   }
    };
    struct scene *scene = scene_of(state);
    SCOPED_TEXT line    = {0};

    memset(text_reserve(&line, 65546), 'x', 65546);
    text_grow(&line, 65546);
    conversation_say(&scene->conversation, line.data, 32768, false);
    conversation_say(&scene->conversation, line.data, line.size, false);
    expect_frame(scene, 1, line.data, 32768);
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        SCOPED_MEMORY struct frame *frame = take_frame(scene);

        assert_int_equal(frame->opcode, expected[i].opcode);
        assert_int_equal(frame->is_last, expected[i].is_last);
        assert_int_equal(frame->size, expected[i].size);
        assert_memory_equal(frame->data, line.data, frame->size);
    }
    assert_int_equal(scene->printer.err.size, 0);
}

static void a_message_beyond_aws_quota_is_sent_with_a_warning(void **state)
{
    struct scene *scene = scene_of(state);
    SCOPED_TEXT line    = {0};

    memset(text_reserve(&line, 131073), 'x', 131073);
    text_grow(&line, 131073);
    conversation_say(&scene->conversation, line.data, 131072, false);
    assert_int_equal(scene->printer.err.size, 0);
    conversation_say(&scene->conversation, line.data, 131073, false);
    assert_non_null(strstr(text_string(&scene->printer.err), "131073 bytes"));
    assert_true(session_output(scene->conversation.session)->size > 131072 + 131073);
}

static void invalid_utf8_is_not_sent(void **state)
{
    struct scene *scene = scene_of(state);

    say(scene, "a\xff");
    assert_int_equal(session_output(scene->conversation.session)->size, 0);
    assert_non_null(strstr(text_string(&scene->printer.err), "UTF-8"));
    conversation_close(&scene->conversation, 1000);
    assert_int_equal(conversation_status(&scene->conversation), 1);
}

static void messages_are_printed_once_whole(void **state)
{
    struct scene *scene = scene_of(state);
    const char frames[] = "\x01\x03one\x00\x04 two\x80\x06 three";

    for (size_t i = 0; i < sizeof frames - 1; i++) {
        assert_int_equal(scene->printer.out.size, 0);
        feed(scene, frames + i, 1);
    }
    assert_string_equal(text_string(&scene->printer.out), "one two three\n");
}

static void pings_are_answered_and_shown_only_if_asked_for(void **state)
{
    struct scene *scene = scene_of(state);

    feed(scene, "\x89\x02hi", 4);
    expect_frame(scene, 10, "hi", 2);
    feed(scene, "\x8a\x01x", 3);
    assert_int_equal(scene->printer.err.size, 0);
    say(scene, "/ping mine");
    expect_frame(scene, 9, "mine", 4);
    feed(scene, "\x8a\x04mine", 6);
    assert_string_equal(text_string(&scene->printer.err), "received pong: mine\n");
    scene->printer.shows_pings = true;
    feed(scene, "\x89\x00", 2);
    assert_string_equal(text_string(&scene->printer.err), "received pong: mine\nreceived ping\n");
}

static void our_close_is_a_success_whatever_its_code(void **state)
{
    struct scene *scene = scene_of(state);

    say(scene, "/close 4001 bye");
    expect_frame(scene, 8,
                 "\x0f\xa1"
                 "bye",
                 5);
    assert_true(conversation_is_closing(&scene->conversation));
    assert_false(session_is_over(scene->conversation.session));
    say(scene, "too late");
    say(scene, "/close");
    assert_int_equal(session_output(scene->conversation.session)->size, 0);
    feed(scene,
         "\x88\x05\x0f\xa1"
         "bye",
         7);
    assert_true(session_is_over(scene->conversation.session));
    assert_string_equal(text_string(&scene->printer.err),
                        "Disconnected (code: 4001, reason: \"bye\")\n");
    assert_int_equal(conversation_status(&scene->conversation), 0);
}

static void a_close_without_code_is_an_empty_frame(void **state)
{
    say(scene_of(state), "/close");
    expect_frame(scene_of(state), 8, "", 0);
}

static void the_servers_close_decides_how_we_exit(void **state)
{
    static const struct {
        const char *frame;
        size_t size;
        const char *printed;
        int status;
    } cases[] = {
        {"\x88\x00",         2, "Disconnected (code: 1005, reason: \"\")\n",          0},
        {"\x88\x02\x03\xe8", 4, "Disconnected (code: 1000, reason: \"\")\n",          0},
        {"\x88\x03\x03\xe9"
         "x",       5, "Disconnected (code: 1001, reason: \"x\")\n",         0},
        {"\x88\x05\x0f\xa0"
         "a\x1b"
         "c",       7, "Disconnected (code: 4000, reason: \"a\\u001bc\")\n", 1},
        {"\x88\x02\x03\xf1", 4, "Disconnected (code: 1009, reason: \"\")\n",          1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        void *fresh = NULL;
        struct scene *scene;

        open_scene(&fresh);
        scene = fresh;
        feed(scene, cases[i].frame, cases[i].size);
        assert_string_equal(text_string(&scene->printer.err), cases[i].printed);
        assert_int_equal(conversation_status(&scene->conversation), cases[i].status);
        assert_true(session_is_over(scene->conversation.session));
        expect_frame(scene, 8, cases[i].frame + 2, cases[i].size - 2); /* echoed */
        close_scene(&fresh);
    }
}

static void a_lost_connection_is_no_success(void **state)
{
    struct scene *scene = scene_of(state);

    conversation_lose(&scene->conversation);
    assert_string_equal(text_string(&scene->printer.err),
                        "Disconnected (code: 1006, reason: \"\")\n");
    assert_int_equal(conversation_status(&scene->conversation), 1);
}

static void a_server_that_breaks_the_protocol_is_told_so(void **state)
{
    static const struct {
        const char *what;
        const char *bytes;
        size_t size;
        unsigned code;
    } cases[] = {
        {"a masked frame",     "\x81\x81\x00\x00\x00\x00x",                 7,  1002},
        {"a reserved bit",     "\xc1\x01x",                                 3,  1002},
        {"text, not UTF-8",    "\x81\x01\xff",                              3,  1007},
        {"a monstrous length", "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00x", 11, 1009},
        {"a long ping",        "\x89\x7e\x00\x80",                          4,  0   },
        {"a lone fragment",    "\x80\x01x",                                 3,  1002},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        void *fresh = NULL;
        struct scene *scene;
        char code[2] = {(char)(cases[i].code >> 8), (char)(cases[i].code & 255)};

        open_scene(&fresh);
        scene = fresh;
        feed(scene, cases[i].bytes, cases[i].size);
        if (!scene->conversation.has_failed)
            fail_msg("%s is taken", cases[i].what);
        expect_frame(scene, 8, code, cases[i].code == 0 ? 0 : 2);
        assert_int_equal(conversation_status(&scene->conversation), 1);
        assert_non_null(strstr(text_string(&scene->printer.err), "the server sent a"));
        close_scene(&fresh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_becomes_a_masked_text_frame, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_long_message_becomes_frames_of_32_kilobytes, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_message_beyond_aws_quota_is_sent_with_a_warning,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(invalid_utf8_is_not_sent, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(messages_are_printed_once_whole, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(pings_are_answered_and_shown_only_if_asked_for, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(our_close_is_a_success_whatever_its_code, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_close_without_code_is_an_empty_frame, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(the_servers_close_decides_how_we_exit, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_lost_connection_is_no_success, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_server_that_breaks_the_protocol_is_told_so, open_scene,
                                        close_scene),
    };

    return cmocka_run_group_tests_name("cli/connect/conversation", tests, NULL, NULL);
}
