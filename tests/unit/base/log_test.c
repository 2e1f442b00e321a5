#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

/* Standard error goes into a pipe while a test logs; what came out is read when it is over. */
struct capture {
    int saved;
    int reader;
};

static struct capture capture_begin(void)
{
    struct capture capture;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 18) > 0);
    capture.saved  = dup(STDERR_FILENO);
    capture.reader = ends[0];
    assert_true(capture.saved >= 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    return capture;
}

static void capture_end(struct capture *capture, struct text *out)
{
    ssize_t size;

    assert_int_equal(dup2(capture->saved, STDERR_FILENO), STDERR_FILENO);
    close(capture->saved);
    do {
        size = read(capture->reader, text_reserve(out, 4096), 4096);
        assert_true(size >= 0);
        text_grow(out, (size_t)size);
    } while (size > 0);
    close(capture->reader);
}

static void log_one(enum log_format format, const struct log_field *fields, const char *message,
                    struct text *out)
{
    struct capture capture = capture_begin();

    log_configure(LOG_INFO, format);
    log_warn(fields, "%s", message);
    capture_end(&capture, out);
}

static void assert_ends_with(const struct text *text, const char *end)
{
    assert_true(text->size >= strlen(end));
    assert_string_equal(text_string(text) + text->size - strlen(end), end);
}

static void a_line_of_text_has_time_level_message_and_fields(void **state)
{
    SCOPED_TEXT out = {0};

    log_one(LOG_TEXT, LOG_FIELDS({"connectionId", "abc="}, {"left", NULL}, {"reason", "idle"}),
            "closed after 10 minutes", &out);
    assert_ends_with(&out, " warn  closed after 10 minutes connectionId=abc= reason=idle\n");
    assert_int_equal(strspn(out.data, "0123456789:."), 12);
    assert_int_equal(out.data[2], ':');
    assert_int_equal(out.data[8], '.');
    assert_null(strstr(out.data, "left"));
}

static void a_line_of_json_has_time_level_message_and_fields(void **state)
{
    SCOPED_TEXT out = {0};

    log_one(LOG_JSON, LOG_FIELDS({"connectionId", "abc="}, {"left", NULL}, {"reason", "a \"b\""}),
            "said \"hi\"", &out);
    assert_memory_equal(out.data, "{\"time\":\"2", 10);
    assert_ends_with(&out, "Z\",\"level\":\"warn\",\"message\":\"said \\\"hi\\\"\","
                           "\"connectionId\":\"abc=\",\"reason\":\"a \\\"b\\\"\"}\n");
}

static void lines_need_no_fields(void **state)
{
    SCOPED_TEXT as_text = {0};
    SCOPED_TEXT as_json = {0};

    log_one(LOG_TEXT, NULL, "plain", &as_text);
    log_one(LOG_JSON, NULL, "plain", &as_json);
    assert_ends_with(&as_text, " warn  plain\n");
    assert_ends_with(&as_json, ",\"message\":\"plain\"}\n");
}

/* Neither may a peer forge a line, nor drive the terminal that shows it. */
static void control_characters_can_do_no_harm(void **state)
{
    static const enum log_format formats[] = {LOG_TEXT, LOG_JSON};

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        SCOPED_TEXT out = {0};

        log_one(formats[i], LOG_FIELDS({"reason", "a\nb\x1b[31m"}), "x\r\ny\x1b]0;title\x07", &out);
        for (size_t at = 0; at + 1 < out.size; at++)
            assert_true((unsigned char)out.data[at] >= 0x20);
        assert_int_equal(out.data[out.size - 1], '\n');
    }
}

static void control_characters_are_shown_by_their_code(void **state)
{
    SCOPED_TEXT out = {0};

    log_one(LOG_TEXT, LOG_FIELDS({"reason", "a\nb"}), "x\x1b\x7f", &out);
    assert_ends_with(&out, " x\\x1b\\x7f reason=a\\x0ab\n");
}

static void lines_below_the_level_are_not_written(void **state)
{
    static const enum log_level levels[] = {LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG};

    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        SCOPED_TEXT out        = {0};
        struct capture capture = capture_begin();
        size_t lines           = 0;

        log_configure(levels[i], LOG_TEXT);
        log_error(NULL, "one");
        log_warn(NULL, "two");
        log_info(NULL, "three");
        log_debug(NULL, "four");
        capture_end(&capture, &out);
        for (size_t at = 0; at < out.size; at++)
            lines += out.data[at] == '\n';
        assert_int_equal(lines, i + 1);
        assert_true(log_is_on(levels[i]));
        assert_int_equal(log_is_on(LOG_DEBUG), levels[i] == LOG_DEBUG);
    }
    log_configure(LOG_INFO, LOG_TEXT);
}

static void an_errno_is_named_and_returned_negated(void **state)
{
    SCOPED_TEXT out        = {0};
    struct capture capture = capture_begin();
    int result             = log_errno(ENOENT, "cannot open %s", "a.json");

    capture_end(&capture, &out);
    assert_int_equal(result, -ENOENT);
    assert_ends_with(&out,
                     " error cannot open a.json: No such file or directory reason=system-error\n");
}

static void a_long_line_is_cut_and_stays_one_line(void **state)
{
    static const enum log_format formats[] = {LOG_TEXT, LOG_JSON};
    SCOPED_MEMORY char *message            = memory_new(200001);

    memset(message, '"', 200000); /* what JSON makes two characters of */
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        SCOPED_TEXT out = {0};

        log_one(formats[i], NULL, message, &out);
        assert_true(out.size <= 16384);
        assert_ptr_equal(strchr(out.data, '\n'), out.data + out.size - 1);
        assert_ends_with(&out, formats[i] == LOG_JSON ? "…\"}\n" : "…\n");
    }
}

/* One write() must take it whole, or another thread's line gets in between. */
static void a_long_value_is_cut(void **state)
{
    static const enum log_format formats[] = {LOG_TEXT, LOG_JSON};
    SCOPED_MEMORY char *value              = memory_new(200001);

    memset(value, 1, 200000); /* what JSON makes six characters of */
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        SCOPED_TEXT out = {0};

        log_one(formats[i], LOG_FIELDS({"origin", value}), "from elsewhere", &out);
        assert_true(out.size <= 16384);
        assert_ends_with(&out, formats[i] == LOG_JSON ? "…\"}\n" : "…\n");
    }
}

static void terminals_controls_beyond_ascii_are_shown_by_their_code(void **state)
{
    SCOPED_TEXT out = {0};

    log_one(LOG_TEXT, NULL,
            "a\xc2\x9b"
            "31mb",
            &out);
    assert_ends_with(&out, " a\\x9b31mb\n");
}

static void levels_are_known_by_name(void **state)
{
    static const struct {
        const char *name;
        enum log_level level;
    } cases[] = {
        {"error", LOG_ERROR},
        {"warn",  LOG_WARN },
        {"info",  LOG_INFO },
        {"debug", LOG_DEBUG},
    };
    enum log_level level = LOG_WARN;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_true(log_level_from_name(cases[i].name, &level));
        assert_int_equal(level, cases[i].level);
    }
    level = LOG_WARN;
    assert_false(log_level_from_name("warning", &level));
    assert_false(log_level_from_name("", &level));
    assert_false(log_level_from_name("INFO", &level));
    assert_int_equal(level, LOG_WARN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_text_has_time_level_message_and_fields),
        cmocka_unit_test(a_line_of_json_has_time_level_message_and_fields),
        cmocka_unit_test(lines_need_no_fields),
        cmocka_unit_test(control_characters_can_do_no_harm),
        cmocka_unit_test(control_characters_are_shown_by_their_code),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(an_errno_is_named_and_returned_negated),
        cmocka_unit_test(a_long_line_is_cut_and_stays_one_line),
        cmocka_unit_test(a_long_value_is_cut),
        cmocka_unit_test(terminals_controls_beyond_ascii_are_shown_by_their_code),
        cmocka_unit_test(levels_are_known_by_name),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
