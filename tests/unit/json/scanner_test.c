#include "json/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

/* Bytes in memory of their own size, so that a sanitizer sees every step beyond their end. */
static char *copy_exactly(const char *data, size_t size)
{
    char *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, data, size);
    return copy;
}

/* clang-format off */
static void json_is_told_from_what_is_not(void **state)
{
    static const struct {
        const char *what;
        const char *json;
        bool expected;
    } cases[] = {
        {"an object",                       "{}",                          true },
        {"an array",                        "[]",                          true },
        {"a string",                        "\"\"",                        true },
        {"zero",                            "0",                           true },
        {"minus zero",                      "-0",                          true },
        {"true",                            "true",                        true },
        {"false",                           "false",                       true },
        {"null",                            "null",                        true },
        {"white space around",              " \t\r\n{ } \t\r\n",           true },
        {"white space everywhere",          " { \"a\" : [ 1 , 2 ] , \"b\" : { } } ", true},
        {"nothing",                         "",                            false},
        {"white space alone",               " \n",                         false},
        {"plain text",                      "hello",                       false},
        {"two values",                      "1 2",                         false},
        {"two objects",                     "{}{}",                        false},
        {"an unclosed object",              "{",                           false},
        {"an unclosed array",               "[",                           false},
        {"a closing brace too many",        "{}}",                         false},
        {"brackets crossed",                "[{]}",                        false},
        {"a comma before the brace",        "{\"a\":1,}",                  false},
        {"a comma before the bracket",      "[1,]",                        false},
        {"a comma at the beginning",        "[,1]",                        false},
        {"two commas",                      "[1,,2]",                      false},
        {"no comma between elements",       "[1 2]",                       false},
        {"no comma between members",        "{\"a\":1 \"b\":2}",           false},
        {"no colon",                        "{\"a\" 1}",                   false},
        {"no value",                        "{\"a\":}",                    false},
        {"a name alone",                    "{\"a\"}",                     false},
        {"a name without quotes",           "{a:1}",                       false},
        {"a number as name",                "{1:1}",                       false},
        {"single quotes",                   "{'a':1}",                     false},
        {"a comment",                       "{} // x",                     false},
        {"a form feed as white space",      "\f{}",                        false},
        {"a no-break space",                "\xc2\xa0{}",                  false},
        {"a byte order mark",               "\xef\xbb\xbf{}",              false},
        {"True",                            "True",                        false},
        {"a word cut short",                "tru",                         false},
        {"a word too long",                 "nulls",                       false},
        {"NaN",                             "NaN",                         false},
        {"Infinity",                        "-Infinity",                   false},
        {"undefined",                       "undefined",                   false},
        {"an integer",                      "1234567890",                  true },
        {"a fraction",                      "-0.5",                        true },
        {"an exponent",                     "1e5",                         true },
        {"all parts of a number",           "-12.50E+07",                  true },
        {"a huge number",                   "1e999999",                    true },
        {"a leading zero",                  "01",                          false},
        {"minus and leading zero",          "-01",                         false},
        {"a plus sign",                     "+1",                          false},
        {"minus alone",                     "-",                           false},
        {"no digit before the point",       ".5",                          false},
        {"no digit after the point",        "1.",                          false},
        {"no digit after the point, then e", "1.e5",                       false},
        {"no digit in the exponent",        "1e",                          false},
        {"a sign alone in the exponent",    "1e+",                         false},
        {"hexadecimal",                     "0x10",                        false},
        {"two points",                      "1.2.3",                       false},
        {"every short escape",              "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", true},
        {"a unicode escape",                "\"\\u00E9\\uabCD\"",          true },
        {"a lone surrogate",                "\"\\ud800\"",                 true },
        {"an unclosed string",              "\"abc",                       false},
        {"a backslash at the end",          "\"abc\\",                     false},
        {"an escaped quote at the end",     "\"abc\\\"",                   false},
        {"an unknown escape",               "\"\\x41\"",                   false},
        {"an escaped single quote",         "\"\\'\"",                     false},
        {"a capital U",                     "\"\\U0041\"",                 false},
        {"three digits",                    "\"\\u123\"",                  false},
        {"no hexadecimal digit",            "\"\\u12g4\"",                 false},
        {"an escape cut short",             "\"\\u12",                     false},
        {"a line end in a string",          "\"a\nb\"",                    false},
        {"a tab in a string",               "\"a\tb\"",                    false},
        {"a control character far inside",  "\"0123456789abcdef\x01\"",    false},
        {"delete in a string",              "\"\x7f\"",                    true },
        {"UTF-8 in a string",               "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", true},
        {"other bytes in a string",         "\"\xff\xfe\x80\"",            true },
        {"a long string",                   "\"0123456789abcdef0123456789abcdef012\"", true},
        {"braces in a string",              "\"}{][\"",                    true },
        {"an empty name",                   "{\"\":0}",                    true },
        {"a name given twice",              "{\"a\":0,\"a\":1}",           true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size               = strlen(cases[i].json);
        SCOPED_MEMORY char *exact = copy_exactly(cases[i].json, size);

        if (json_is_valid(exact, size) != cases[i].expected)
            fail_msg("%s: %s", cases[i].what, cases[i].json);
    }
}
/* clang-format on */

static void a_nul_byte_is_no_part_of_json(void **state)
{
    assert_false(json_is_valid("{}\0", 3));
    assert_false(json_is_valid("\0", 1));
    assert_false(json_is_valid("\"a\0b\"", 5));
    assert_false(json_is_valid("\"\\\0\"", 4));
    assert_false(json_is_valid("{\"a\":1\0}", 8));
    assert_false(json_is_valid(NULL, 0));
}

static void nest(struct text *text, size_t depth, const char *open, const char *close,
                 const char *inside)
{
    text_clear(text);
    for (size_t i = 0; i < depth; i++)
        text_append_string(text, open);
    text_append_string(text, inside);
    for (size_t i = 0; i < depth; i++)
        text_append_string(text, close);
}

static void nesting_is_bounded(void **state)
{
    static const struct {
        const char *open;
        const char *close;
        const char *inside;
    } cases[] = {
        {"[",       "]", ""    },
        {"{\"a\":", "}", "null"},
    };
    SCOPED_TEXT text = {0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        nest(&text, JSON_DEPTH_MAX, cases[i].open, cases[i].close, cases[i].inside);
        assert_true(json_is_valid(text.data, text.size));
        nest(&text, JSON_DEPTH_MAX + 1, cases[i].open, cases[i].close, cases[i].inside);
        assert_false(json_is_valid(text.data, text.size));
        nest(&text, 1000000, cases[i].open, "", "");
        assert_false(json_is_valid(text.data, text.size));
    }
}

/* Wherever the bytes end, nothing behind them is read, and what is cut off is no JSON. */
static void every_beginning_of_an_object_is_refused(void **state)
{
    static const char json[] =
        "{\"a\":[true,false,null,-1.5e+3,\"x\\u00e9\\n\"],\"long name here\":{\"b\":{}}}";

    for (size_t size = 0; size < sizeof json - 1; size++) {
        SCOPED_MEMORY char *exact = copy_exactly(json, size);

        assert_false(json_is_valid(exact, size));
    }
    assert_true(json_is_valid(json, sizeof json - 1));
}

/* The eight bytes that are looked at in one step must not hide one that ends the string. */
static void a_special_byte_is_seen_at_every_place_of_a_string(void **state)
{
    static const struct {
        char byte;
        bool expected;
    } cases[] = {
        {'"',        false}, /* more follows behind the end */
        {'\\',       false}, /* \a is no escape */
        {'\n',       false},
        {'\x1f',     false},
        {'\0',       false},
        {' ',        true },
        {'!',        true },
        {'#',        true },
        {'[',        true },
        {']',        true },
        {'\x7f',     true },
        {(char)0x80, true },
        {(char)0xa2, true }, /* a quote with its high bit set
  */
        {(char)0xdc, true }, /* a backslash with its high bit set */
        {(char)0xff, true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (size_t size = 1; size < 40; size++) {
            for (size_t place = 0; place < size; place++) {
                char json[64] = {'"'};

                memset(json + 1, 'a', size);
                json[1 + place] = cases[i].byte;
                json[1 + size]  = 'a';
                json[2 + size]  = '"';
                if (json_is_valid(json, size + 3) != cases[i].expected)
                    fail_msg("byte %02x at %zu of %zu", (unsigned char)cases[i].byte, place, size);
            }
        }
    }
}

#define NAME(string)                                                                               \
    {                                                                                              \
        .name = (string), .size = sizeof(string) - 1                                               \
    }
#define INDEX(number)                                                                              \
    {                                                                                              \
        .index = (number)                                                                          \
    }

static void check_path(const char *what, const char *json, const struct json_step *steps,
                       size_t count, const char *expected, enum json_kind kind)
{
    const struct json_path path = {steps, count};
    size_t size                 = strlen(json);
    SCOPED_MEMORY char *exact   = copy_exactly(json, size);
    struct json_span span;

    if (!json_scan(exact, size, &path, &span, 1))
        fail_msg("%s: not JSON", what);
    if (!expected != !span.data)
        fail_msg("%s: %s", what, span.data ? "found" : "not found");
    if (!expected)
        return;
    if (span.kind != kind || span.size != strlen(expected) ||
        memcmp(span.data, expected, span.size) != 0)
        fail_msg("%s: %.*s", what, (int)span.size, span.data);
}

/* clang-format off */
static void a_path_leads_to_its_value(void **state)
{
    static const struct json_step a[]          = {NAME("a")};
    static const struct json_step a_b[]        = {NAME("a"), NAME("b")};
    static const struct json_step a_1[]        = {NAME("a"), INDEX(1)};
    static const struct json_step first[]      = {INDEX(0)};
    static const struct json_step second_a[]   = {INDEX(1), NAME("a")};
    static const struct json_step empty_name[] = {NAME("")};
    static const struct json_step with_nul[]   = {NAME("a\0b")};
    static const struct json_step e_acute[]    = {NAME("\xc3\xa9")};
    static const struct json_step smile[]      = {NAME("\xf0\x9f\x98\x80")};
    static const struct json_step replaced[]   = {NAME("\xef\xbf\xbd")};
    static const struct json_step zero_name[]  = {NAME("0")};
    static const struct {
        const char *what;
        const char *json;
        const struct json_step *steps;
        size_t count;
        const char *expected; /* NULL: not there */
        enum json_kind kind;
    } cases[] = {
        {"the whole document",        " {\"a\": 1} ",                  NULL,       0, "{\"a\": 1}", JSON_OBJECT },
        {"a whole string",            " \"x\" ",                       NULL,       0, "\"x\"",      JSON_STRING },
        {"a string with its quotes",  "{\"a\":\"x\"}",                 a,          1, "\"x\"",      JSON_STRING },
        {"a number",                  "{\"a\" : -1.50e2 }",            a,          1, "-1.50e2",    JSON_NUMBER },
        {"true",                      "{\"a\":true}",                  a,          1, "true",       JSON_BOOLEAN},
        {"false",                     "{\"a\":false}",                 a,          1, "false",      JSON_BOOLEAN},
        {"null is there",             "{\"a\":null}",                  a,          1, "null",       JSON_NULL   },
        {"an object as it stands",    "{\"a\":{ \"b\":[ ] }}",         a,          1, "{ \"b\":[ ] }", JSON_OBJECT},
        {"an array as it stands",     "{\"a\":[1, 2]}",                a,          1, "[1, 2]",     JSON_ARRAY  },
        {"another name",              "{\"b\":1}",                     a,          1, NULL,         JSON_NULL   },
        {"the name in other case",    "{\"A\":1}",                     a,          1, NULL,         JSON_NULL   },
        {"a longer name",             "{\"ab\":1}",                    a,          1, NULL,         JSON_NULL   },
        {"the name as a value",       "{\"x\":\"a\"}",                 a,          1, NULL,         JSON_NULL   },
        {"the name further down",     "{\"x\":{\"a\":1}}",             a,          1, NULL,         JSON_NULL   },
        {"not first",                 "{\"x\":{\"a\":1},\"a\":2}",     a,          1, "2",          JSON_NUMBER },
        {"a nested name",             "{\"a\":{\"b\":1}}",             a_b,        2, "1",          JSON_NUMBER },
        {"nested, on the wrong side", "{\"b\":{\"a\":1}}",             a_b,        2, NULL,         JSON_NULL   },
        {"a scalar on the way",       "{\"a\":1}",                     a_b,        2, NULL,         JSON_NULL   },
        {"an array on the way",       "{\"a\":[{\"b\":1}]}",           a_b,        2, NULL,         JSON_NULL   },
        {"an element",                "{\"a\":[1,[2],3]}",             a_1,        2, "[2]",        JSON_ARRAY  },
        {"beyond the end",            "{\"a\":[1]}",                   a_1,        2, NULL,         JSON_NULL   },
        {"an index into an object",   "{\"a\":{\"1\":1}}",             a_1,        2, NULL,         JSON_NULL   },
        {"a name for an array",       "[5]",                           zero_name,  1, NULL,         JSON_NULL   },
        {"the first of an array",     "[5,6]",                         first,      1, "5",          JSON_NUMBER },
        {"a name in an element",      "[{\"a\":1},{\"a\":2}]",         second_a,   2, "2",          JSON_NUMBER },
        {"a document of one scalar",  "5",                             a,          1, NULL,         JSON_NULL   },
        {"the last of two",           "{\"a\":1,\"a\":2}",             a,          1, "2",          JSON_NUMBER },
        {"the last, nested",          "{\"a\":{\"b\":1},\"a\":{\"b\":2}}", a_b,    2, "2",          JSON_NUMBER },
        {"the last has no such name", "{\"a\":{\"b\":1},\"a\":{}}",    a_b,        2, NULL,         JSON_NULL   },
        {"the last is a scalar",      "{\"a\":{\"b\":1},\"a\":2}",     a_b,        2, NULL,         JSON_NULL   },
        {"an empty name",             "{\"\":1}",                      empty_name, 1, "1",          JSON_NUMBER },
        {"an escaped name",           "{\"\\u0061\":1}",               a,          1, "1",          JSON_NUMBER },
        {"an escape that goes on",    "{\"\\u0061b\":1}",              a,          1, NULL,         JSON_NULL   },
        {"an escape of another one",  "{\"\\u0062\":1}",               a,          1, NULL,         JSON_NULL   },
        {"nul in a name",             "{\"a\\u0000b\":1}",             with_nul,   1, "1",          JSON_NUMBER },
        {"UTF-8 as it is",            "{\"\xc3\xa9\":1}",              e_acute,    1, "1",          JSON_NUMBER },
        {"UTF-8 escaped",             "{\"\\u00e9\":1}",               e_acute,    1, "1",          JSON_NUMBER },
        {"a pair of surrogates",      "{\"\\ud83d\\ude00\":1}",        smile,      1, "1",          JSON_NUMBER },
        {"half a pair",               "{\"\\ud83d\":1}",               replaced,   1, "1",          JSON_NUMBER },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_path(cases[i].what, cases[i].json, cases[i].steps, cases[i].count, cases[i].expected,
                   cases[i].kind);
}
/* clang-format on */

static bool span_equals(const struct json_span *span, const char *expected)
{
    return span->data && span->size == strlen(expected) &&
           memcmp(span->data, expected, span->size) == 0;
}

static void one_pass_finds_many_paths(void **state)
{
    static const char json[]                = "{\"a\":{\"b\":[10,{\"c\":\"deep\"}]},\"d\":true}";
    static const struct json_step a[]       = {NAME("a")};
    static const struct json_step a_b_0[]   = {NAME("a"), NAME("b"), INDEX(0)};
    static const struct json_step a_b_1_c[] = {NAME("a"), NAME("b"), INDEX(1), NAME("c")};
    static const struct json_step d[]       = {NAME("d")};
    static const struct json_step none[]    = {NAME("d"), NAME("d")};
    static const struct json_path paths[]   = {
          {a,       1},
          {a_b_0,   3},
          {a_b_1_c, 4},
          {d,       1},
          {none,    2},
          {NULL,    0},
          {d,       1},
    };
    struct json_span spans[ARRAY_SIZE(paths)];

    assert_true(json_scan(json, sizeof json - 1, paths, spans, ARRAY_SIZE(paths)));
    assert_true(span_equals(&spans[0], "{\"b\":[10,{\"c\":\"deep\"}]}"));
    assert_true(span_equals(&spans[1], "10"));
    assert_true(span_equals(&spans[2], "\"deep\""));
    assert_true(span_equals(&spans[3], "true"));
    assert_null(spans[4].data);
    assert_true(span_equals(&spans[5], json));
    assert_true(span_equals(&spans[6], "true"));
}

static void as_many_paths_are_found_as_are_allowed(void **state)
{
    SCOPED_TEXT json = {0};
    char names[JSON_PATHS_MAX][8];
    const char *pointers[JSON_PATHS_MAX];
    struct json_span spans[JSON_PATHS_MAX];

    for (size_t i = 0; i < JSON_PATHS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        pointers[i] = names[i];
        text_append_format(&json, "%s\"n%zu\":%zu", i ? "," : "{", i, i);
    }
    text_append_character(&json, '}');
    assert_true(json_scan_members(json.data, json.size, pointers, spans, JSON_PATHS_MAX));
    for (size_t i = 0; i < JSON_PATHS_MAX; i++)
        assert_true(span_equals(&spans[i], names[i] + 1));
}

static void nothing_is_found_in_what_is_not_json(void **state)
{
    static const char *const names[] = {"a", "b"};
    static const char json[]         = "{\"a\":1,\"b\":2";
    struct json_span spans[2];

    assert_false(json_scan_members(json, sizeof json - 1, names, spans, 2));
    assert_null(spans[0].data);
    assert_null(spans[1].data);
}

static void members_of_the_top_level_are_found_by_name(void **state)
{
    static const char *const names[] = {"statusCode", "body", "headers"};
    static const char json[]         = "{\"body\":\"x\",\"statusCode\":200}";
    struct json_span spans[3];

    assert_true(json_scan_members(json, sizeof json - 1, names, spans, 3));
    assert_true(span_equals(&spans[0], "200"));
    assert_true(span_equals(&spans[1], "\"x\""));
    assert_null(spans[2].data);
    assert_true(json_scan_members("[1]", 3, names, spans, 3));
    assert_null(spans[0].data);
}

/* Appends "name=value;" and stops at the member "stop". */
static bool append_member(void *owner, const struct json_span *name, const struct json_span *value)
{
    struct text *out = owner;

    text_append(out, name->data, name->size);
    text_append_character(out, '=');
    text_append(out, value->data, value->size);
    text_append_character(out, ';');
    return !json_span_is_string(name, "stop");
}

static void walking_meets_members_in_their_order(void **state)
{
    static const struct {
        const char *what;
        const char *json;
        const char *expected;
    } cases[] = {
        {"none",            "{}",                                     ""                                 },
        {"none, but space", "{ }",                                    ""                                 },
        {"several",         "{\"b\":1, \"a\" : [2,{}] ,\"c\":\"}\"}", "\"b\"=1;\"a\"=[2,{}];\"c\"=\"}\";"},
        {"one given twice", "{\"a\":1,\"a\":2}",                      "\"a\"=1;\"a\"=2;"                 },
        {"until stopped",   "{\"a\":1,\"stop\":2,\"c\":3}",           "\"a\"=1;\"stop\"=2;"              },
        {"an array",        "[1]",                                    ""                                 },
        {"a scalar",        "1",                                      ""                                 },
    };
    const struct json_path whole = {NULL, 0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};
        struct json_span span;

        assert_true(json_scan(cases[i].json, strlen(cases[i].json), &whole, &span, 1));
        json_span_each(&span, append_member, &out);
        if (!text_equals(&out, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&out));
    }
}

static void a_cursor_meets_elements_without_names(void **state)
{
    static const char json[]            = "[ 1, \"two\", {\"a\":3} ]";
    static const char *const expected[] = {"1", "\"two\"", "{\"a\":3}"};
    const struct json_path whole        = {NULL, 0};
    struct json_cursor cursor;
    struct json_span span;
    struct json_span name;
    struct json_span value;
    size_t count = 0;

    assert_true(json_scan(json, sizeof json - 1, &whole, &span, 1));
    cursor = json_cursor_begin(&span);
    while (json_cursor_next(&cursor, &name, &value)) {
        assert_true(count < ARRAY_SIZE(expected));
        assert_null(name.data);
        assert_true(span_equals(&value, expected[count++]));
    }
    assert_int_equal(count, ARRAY_SIZE(expected));
    assert_false(json_cursor_next(&cursor, &name, &value));
}

static void a_cursor_over_nothing_is_at_its_end(void **state)
{
    const struct json_span missing = {0};
    const struct json_span number  = {JSON_NUMBER, "5", 1};
    struct json_cursor cursor;
    struct json_span name;
    struct json_span value;

    cursor = json_cursor_begin(&missing);
    assert_false(json_cursor_next(&cursor, &name, &value));
    cursor = json_cursor_begin(&number);
    assert_false(json_cursor_next(&cursor, &name, &value));
}

/* clang-format off */
static void strings_are_decoded(void **state)
{
    static const struct {
        const char *what;
        const char *json;
        const char *expected;
        size_t size;
    } cases[] = {
        {"nothing",               "\"\"",                          "",                            0},
        {"plain",                 "\"join\"",                      "join",                        4},
        {"short escapes",         "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t",            8},
        {"one byte",              "\"\\u0041\"",                   "A",                           1},
        {"nul",                   "\"a\\u0000b\"",                 "a\0b",                        3},
        {"two bytes",             "\"\\u00e9\"",                   "\xc3\xa9",                    2},
        {"the last of two bytes", "\"\\u07ff\"",                   "\xdf\xbf",                    2},
        {"three bytes",           "\"\\u20AC\"",                   "\xe2\x82\xac",                3},
        {"four bytes",            "\"\\ud83d\\ude00\"",            "\xf0\x9f\x98\x80",            4},
        {"the first of four",     "\"\\ud800\\udc00\"",            "\xf0\x90\x80\x80",            4},
        {"the last of four",      "\"\\udbff\\udfff\"",            "\xf4\x8f\xbf\xbf",            4},
        {"a lone high surrogate", "\"\\ud83d!\"",                  "\xef\xbf\xbd!",               4},
        {"a high one at the end", "\"\\ud83d\"",                   "\xef\xbf\xbd",                3},
        {"a lone low surrogate",  "\"\\ude00\"",                   "\xef\xbf\xbd",                3},
        {"two high ones, a low",  "\"\\ud83d\\ud83d\\ude00\"",     "\xef\xbf\xbd\xf0\x9f\x98\x80", 7},
        {"two low ones",          "\"\\ude00\\ude00\"",            "\xef\xbf\xbd\xef\xbf\xbd",    6},
        {"a high one, a letter",  "\"\\ud83d\\u0041\"",            "\xef\xbf\xbd" "A",            4},
        {"a high one, a newline", "\"\\ud83d\\n1234\"",            "\xef\xbf\xbd\n1234",          8},
        {"UTF-8 as it is",        "\"\xe2\x82\xac\"",              "\xe2\x82\xac",                3},
    };
    /* clang-format on */
    const struct json_path whole = {NULL, 0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};
        struct json_span span;

        assert_true(json_scan(cases[i].json, strlen(cases[i].json), &whole, &span, 1));
        text_append_string(&out, "<");
        json_span_decode(&span, &out);
        if (out.size != cases[i].size + 1 ||
            memcmp(out.data + 1, cases[i].expected, cases[i].size) != 0)
            fail_msg("%s: %s", cases[i].what, text_string(&out));
        assert_int_equal(out.data[out.size], '\0');
    }
}

static void a_string_is_compared_by_its_meaning(void **state)
{
    const struct json_span plain   = {JSON_STRING, "\"a/b\"", 5};
    const struct json_span escaped = {JSON_STRING, "\"\\u0061\\/b\"", 11};
    const struct json_span number  = {JSON_NUMBER, "123", 3};
    const struct json_span missing = {0};

    assert_true(json_span_is_string(&plain, "a/b"));
    assert_true(json_span_is_string(&escaped, "a/b"));
    assert_false(json_span_is_string(&plain, "a/"));
    assert_false(json_span_is_string(&escaped, "a/bc"));
    assert_false(json_span_is_string(&escaped, "a/"));
    assert_false(json_span_is_string(&plain, ""));
    assert_false(json_span_is_string(&number, "2"));
    assert_false(json_span_is_string(&missing, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_told_from_what_is_not),
        cmocka_unit_test(a_nul_byte_is_no_part_of_json),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(every_beginning_of_an_object_is_refused),
        cmocka_unit_test(a_special_byte_is_seen_at_every_place_of_a_string),
        cmocka_unit_test(a_path_leads_to_its_value),
        cmocka_unit_test(one_pass_finds_many_paths),
        cmocka_unit_test(as_many_paths_are_found_as_are_allowed),
        cmocka_unit_test(nothing_is_found_in_what_is_not_json),
        cmocka_unit_test(members_of_the_top_level_are_found_by_name),
        cmocka_unit_test(walking_meets_members_in_their_order),
        cmocka_unit_test(a_cursor_meets_elements_without_names),
        cmocka_unit_test(a_cursor_over_nothing_is_at_its_end),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(a_string_is_compared_by_its_meaning),
    };

    return cmocka_run_group_tests_name("json/scanner", tests, NULL, NULL);
}
