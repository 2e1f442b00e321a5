#include "cli/connect/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void put(struct lines *lines, const char *data, size_t size)
{
    memcpy(lines_reserve(lines, size), data, size);
    lines_grow(lines, size);
}

static void expect_line(struct lines *lines, const char *expected)
{
    size_t size      = 0;
    const char *line = lines_next(lines, &size);

    assert_non_null(line);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(line, expected, size);
}

static void lines_come_out_whole_whatever_the_pieces(void **state)
{
    const char data[]  = "one\r\n\ntwo \r three\n\r\nrest";
    struct lines lines = {0};
    size_t size        = 0;

    for (size_t piece = 1; piece < sizeof data; piece++) {
        const char *const expected[] = {"one", "", "two \r three", ""};
        size_t count                 = 0;

        for (size_t at = 0; at < sizeof data - 1; at += piece) {
            const char *line;

            put(&lines, data + at, at + piece < sizeof data ? piece : sizeof data - 1 - at);
            while ((line = lines_next(&lines, &size))) {
                assert_int_equal(size, strlen(expected[count]));
                assert_memory_equal(line, expected[count++], size);
            }
        }
        assert_int_equal(count, 4);
        assert_memory_equal(lines_rest(&lines, &size), "rest", 4);
        assert_int_equal(size, 4);
        assert_null(lines_rest(&lines, &size));
        assert_null(lines_next(&lines, &size));
    }
    lines_deinit(&lines);
}

static void nothing_has_no_lines(void **state)
{
    struct lines lines = {0};
    size_t size        = 0;

    assert_null(lines_next(&lines, &size));
    assert_null(lines_rest(&lines, &size));
    assert_false(lines_is_too_long(&lines));
    lines_deinit(&lines);
}

static void a_line_has_a_bounded_size(void **state)
{
    struct lines lines = {0};

    memset(lines_reserve(&lines, LINES_SIZE_MAX + 1), 'x', LINES_SIZE_MAX + 1);
    lines_grow(&lines, LINES_SIZE_MAX);
    assert_false(lines_is_too_long(&lines));
    put(&lines, "x", 1);
    assert_true(lines_is_too_long(&lines));
    lines_deinit(&lines);

    put(&lines, "short\nx", 7);
    expect_line(&lines, "short");
    assert_false(lines_is_too_long(&lines));
    lines_deinit(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_out_whole_whatever_the_pieces),
        cmocka_unit_test(nothing_has_no_lines),
        cmocka_unit_test(a_line_has_a_bounded_size),
    };

    return cmocka_run_group_tests_name("cli/connect/lines", tests, NULL, NULL);
}
