#include "lambda/output_lines.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"

#define STAMP "2026-01-31T12:34:56.789Z\t8f2c7a52-6c1e-4a0b-9a1e-0d6f5b1c2d3e\t"

static void take_line(void *owner, const char *line)
{
    text_append_format(owner, "[%s]", line);
}

static void output_is_cut_into_lines(void **state)
{
    static const struct {
        const char *what;
        const char *output;
        const char *expected;
    } cases[] = {
        {"lines",                     "one\ntwo\n",          "[one][two]"      },
        {"an unfinished one",         "one\ntwo",            "[one][two]"      },
        {"carriage returns",          "1%\r2%\r\n3%",        "[1%][2%][3%]"    },
        {"empty ones",                "\n\none\n\n",         "[one]"           },
        {"tabs",                      "a\tb\n",              "[a b]"           },
        {"console.log('hello')",      STAMP "INFO\thello\n", "[INFO hello]"    },
        {"a console line of nothing", STAMP "\n",            ""                },
        {"a stamp that is none",      "2026-01-31\tx\ty\n",  "[2026-01-31 x y]"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT given         = {0};
        struct output_lines lines = {.on_line = take_line, .owner = &given};

        for (const char *at = cases[i].output; *at; at++)
            output_lines_feed(&lines, at, 1);
        output_lines_end(&lines);
        if (!text_equals(&given, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&given));
        output_lines_deinit(&lines);
    }
}

static void nul_becomes_a_space(void **state)
{
    SCOPED_TEXT given         = {0};
    struct output_lines lines = {.on_line = take_line, .owner = &given};

    output_lines_feed(&lines, "a\0b\n", 4);
    assert_string_equal(text_string(&given), "[a b]");
    output_lines_deinit(&lines);
}

static void take_piece(void *owner, const char *line)
{
    size_t size = strlen(line);

    assert_true(size <= OUTPUT_LINE_SIZE_MAX && size % 2 == 0);
    *(size_t *)owner += size;
}

static void a_long_line_comes_in_pieces_of_whole_characters(void **state)
{
    size_t given              = 0;
    struct output_lines lines = {.on_line = take_piece, .owner = &given};

    for (int i = 0; i < 10000; i++)
        output_lines_feed(&lines, "\u00e9", 2);
    output_lines_end(&lines);
    assert_int_equal(given, 20000);
    output_lines_deinit(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_cut_into_lines),
        cmocka_unit_test(nul_becomes_a_space),
        cmocka_unit_test(a_long_line_comes_in_pieces_of_whole_characters),
    };

    return cmocka_run_group_tests_name("lambda/output_lines", tests, NULL, NULL);
}
