#include "cli/connect/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void nothing_reaches_a_terminal_that_it_would_obey(void **state)
{
    static const struct {
        const char *what;
        const char *data;
        const char *expected;
        const char *line; /* on one line */
        const char *json;
    } cases[] = {
        {"plain text",     "caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80",
         "caf\xc3\xa9 \xf0\x9f\x98\x80",                                                                       "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""},
        {"an escape",      "\033[2J",                      "\\u001b[2J",                   "\\u001b[2J",       "\"\\u001b[2J\""                  },
        {"C1",
         "\xc2\x9b"
         "2J",                                             "\\u009b2J",                    "\\u009b2J",        "\"\\u009b2J\""                   },
        {"DEL, backspace", "a\x7f\b",                      "a\\u007f\\u0008",              "a\\u007f\\u0008",  "\"a\\u007f\\b\""                 },
        {"lines",          "a\nb\r",                       "a\n  b\\u000d",                "a\\u000ab\\u000d", "\"a\\nb\\r\""                    },
        {"a tab",          "a\tb",                         "a\tb",                         "a\tb",             "\"a\\tb\""                       },
        {"an override",
         "a\xe2\x80\xae"
         "b",                                              "a\\u202eb",                    "a\\u202eb",        "\"a\\u202eb\""                   },
        {"a separator",    "\xe2\x80\xa8",                 "\\u2028",                      "\\u2028",          "\"\\u2028\""                     },
        {"an isolate",     "\xe2\x81\xa6",                 "\\u2066",                      "\\u2066",          "\"\\u2066\""                     },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const size_t size = strlen(cases[i].data);
        SCOPED_TEXT out   = {0};
        SCOPED_TEXT line  = {0};
        SCOPED_TEXT json  = {0};

        printable_append(&out, cases[i].data, size, "  ");
        printable_append_line(&line, cases[i].data, size);
        printable_append_json(&json, cases[i].data, size);
        if (!text_equals(&out, cases[i].expected) || !text_equals(&line, cases[i].line) ||
            !text_equals(&json, cases[i].json))
            fail_msg("%s: %s, %s, %s", cases[i].what, text_string(&out), text_string(&line),
                     text_string(&json));
    }
}

static void bytes_that_are_no_characters_are_shown_as_bytes(void **state)
{
    SCOPED_TEXT out = {0};

    printable_append(&out, "a\xff\x80\0z", 5, "");
    assert_string_equal(text_string(&out), "a\\xff\\x80\\u0000z");
}

static void a_dump_has_16_bytes_a_line(void **state)
{
    SCOPED_TEXT out = {0};

    printable_append_dump(&out, "0123456789abcdef\x1b\xff!", 19, "  ");
    assert_string_equal(
        text_string(&out),
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
        "  00000010  1b ff 21                                          |..!|");
}

static void a_dump_of_nothing_is_empty(void **state)
{
    SCOPED_TEXT out = {0};

    printable_append_dump(&out, "", 0, "");
    assert_int_equal(out.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reaches_a_terminal_that_it_would_obey),
        cmocka_unit_test(bytes_that_are_no_characters_are_shown_as_bytes),
        cmocka_unit_test(a_dump_has_16_bytes_a_line),
        cmocka_unit_test(a_dump_of_nothing_is_empty),
    };

    return cmocka_run_group_tests_name("cli/connect/printable", tests, NULL, NULL);
}
