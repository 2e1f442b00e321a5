#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void what_is_reserved_and_not_used_can_be_read(void **state)
{
    SCOPED_TEXT text = {0};

    free(memset(malloc(100), 'x', 100)); /* so that what is reserved isn't zero by chance */
    text_reserve(&text, 90);
    assert_string_equal(text_string(&text), "");
}

static void a_zeroed_text_is_empty_and_can_be_read(void **state)
{
    struct text text = {0};

    assert_string_equal(text_string(&text), "");
    assert_true(text_equals(&text, ""));
    assert_false(text_equals(&text, "x"));
    text_clear(&text);
    text_deinit(&text);
}

static void appending_grows_the_text_and_ends_it_with_nul(void **state)
{
    SCOPED_TEXT text = {0};

    for (size_t i = 0; i < 1000; i++) {
        text_append_string(&text, "0123456789");
        assert_int_equal(text.size, (i + 1) * 10);
        assert_int_equal(text.data[text.size], '\0');
        assert_true(text.capacity > text.size);
    }
    assert_int_equal(strlen(text_string(&text)), 10000);
    assert_memory_equal(text.data + 9990, "0123456789", 10);
}

static void appending_bytes_keeps_nul(void **state)
{
    SCOPED_TEXT text = {0};

    text_append(&text, "a\0b", 3);
    text_append(&text, NULL, 0);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.data, "a\0b", 4);
    assert_false(text_equals(&text, "a"));
}

static void numbers_and_formats_are_appended_as_printf_prints_them(void **state)
{
    SCOPED_TEXT text = {0};

    text_append_number(&text, INT64_MIN);
    text_append_character(&text, ' ');
    text_append_number(&text, INT64_MAX);
    text_append_format(&text, " %s-%03d", "x", 7);
    text_append_format(&text, "%s", "");
    assert_string_equal(text_string(&text), "-9223372036854775808 9223372036854775807 x-007");
}

static void a_long_format_is_appended_whole(void **state)
{
    SCOPED_TEXT text = {0};
    char word[500];

    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    text_append_format(&text, "<%s>", word);
    assert_int_equal(text.size, sizeof word + 1);
    assert_memory_equal(text.data + 1, word, sizeof word - 1);
}

static void reserved_room_is_filled_by_the_caller(void **state)
{
    SCOPED_TEXT text = {0};

    text_append_string(&text, "ab");
    memset(text_reserve(&text, 300), 'c', 300);
    text_grow(&text, 300);
    assert_int_equal(text.size, 302);
    assert_memory_equal(text.data, "abcc", 4);
    assert_int_equal(text.data[302], '\0');
}

static void clearing_keeps_the_memory(void **state)
{
    SCOPED_TEXT text = {0};
    char *data;

    text_append_string(&text, "something");
    data = text.data;
    text_clear(&text);
    assert_string_equal(text_string(&text), "");
    text_append_string(&text, "other");
    assert_ptr_equal(text.data, data);
    assert_true(text_equals(&text, "other"));
}

static void taking_moves_the_contents_out(void **state)
{
    SCOPED_TEXT text          = {0};
    SCOPED_MEMORY char *first = NULL;
    SCOPED_MEMORY char *none  = NULL;

    text_append_string(&text, "mine");
    first = text_take(&text);
    none  = text_take(&text);
    assert_string_equal(first, "mine");
    assert_string_equal(none, "");
    assert_int_equal(text.size, 0);
    assert_null(text.data);
}

static void json_strings_are_escaped_where_json_demands_it(void **state)
{
    static const struct {
        const char *what;
        const char *data;
        size_t size;
        const char *expected;
    } cases[] = {
        {"nothing",              "",                         0, "\"\""                        },
        {"plain",                "join",                     4, "\"join\""                    },
        {"quote and backslash",  "a\"b\\c",                  5, "\"a\\\"b\\\\c\""             },
        {"the short escapes",    "\b\f\n\r\t",               5, "\"\\b\\f\\n\\r\\t\""         },
        {"other controls",       "\x01\x1f",                 2, "\"\\u0001\\u001f\""          },
        {"nul inside",           "a\0b",                     3, "\"a\\u0000b\""               },
        {"delete is allowed",    "\x7f",                     1, "\"\x7f\""                    },
        {"a slash stays",        "a/b",                      3, "\"a/b\""                     },
        {"UTF-8 is copied",      "\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"escapes at both ends", "\"x\"",                    3, "\"\\\"x\\\"\""               },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT text = {0};

        text_append_json(&text, cases[i].data, cases[i].size);
        if (!text_equals(&text, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&text));
    }
}

static void json_strings_of_c_strings_end_at_their_nul(void **state)
{
    SCOPED_TEXT text = {0};

    text_append_string(&text, "x:");
    text_append_json_string(&text, "a\tb");
    assert_string_equal(text_string(&text), "x:\"a\\tb\"");
}

static void what_is_no_utf_8_becomes_a_replacement_character(void **state)
{
    static const struct {
        const char *what;
        const char *string;
        const char *expected;
    } cases[] = {
        {"characters of every size", "\x7f\u00e9\u20ac\U0001f600", "\x7f\u00e9\u20ac\U0001f600"},
        {"Latin-1",                  "caf\xe9!",                   "caf\ufffd!"                },
        {"a byte that never comes",  "\xff",                       "\ufffd"                    },
        {"a cut character",          "\xe2\x82",                   "\ufffd\ufffd"              },
        {"a surrogate",              "\xed\xa0\x80",               "\ufffd\ufffd\ufffd"        },
        {"an overlong form",         "\xc0\xaf",                   "\ufffd\ufffd"              },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT text             = {0};
        SCOPED_MEMORY char *expected = memory_format("\"%s\"", cases[i].expected);

        text_append_json_string(&text, cases[i].string);
        if (!text_equals(&text, expected))
            fail_msg("%s: %s", cases[i].what, text_string(&text));
    }
}

static void a_text_is_not_cut_within_a_character(void **state)
{
    static const struct {
        size_t size;
        const char *expected;
    } cases[] = {
        {9, "a\u20acb"},
        {5, "a\u20acb"},
        {4, "a\u20ac" },
        {3, "a"       },
        {2, "a"       },
        {1, "a"       },
        {0, ""        },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT text = {0};

        text_append_string(&text, "a\u20acb");
        text_cut(&text, cases[i].size);
        assert_string_equal(text_string(&text), cases[i].expected);
        assert_int_equal(text.size, strlen(cases[i].expected));
    }
}

static void what_is_behind_a_prefix_is_found(void **state)
{
    const char *string = "integrations/a";

    assert_string_equal(text_behind(string, "integrations/"), "a");
    assert_string_equal(text_behind(string, string), "");
    assert_ptr_equal(text_behind(string, ""), string);
    assert_null(text_behind(string, "ntegrations/"));
    assert_null(text_behind("integ", "integrations/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_text_is_empty_and_can_be_read),
        cmocka_unit_test(what_is_reserved_and_not_used_can_be_read),
        cmocka_unit_test(appending_grows_the_text_and_ends_it_with_nul),
        cmocka_unit_test(appending_bytes_keeps_nul),
        cmocka_unit_test(numbers_and_formats_are_appended_as_printf_prints_them),
        cmocka_unit_test(a_long_format_is_appended_whole),
        cmocka_unit_test(reserved_room_is_filled_by_the_caller),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(taking_moves_the_contents_out),
        cmocka_unit_test(json_strings_are_escaped_where_json_demands_it),
        cmocka_unit_test(json_strings_of_c_strings_end_at_their_nul),
        cmocka_unit_test(what_is_no_utf_8_becomes_a_replacement_character),
        cmocka_unit_test(a_text_is_not_cut_within_a_character),
        cmocka_unit_test(what_is_behind_a_prefix_is_found),
    };

    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
