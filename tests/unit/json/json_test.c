#include "json/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

static struct json *parse(struct arena *arena, const char *json)
{
    struct json_error error = {0};
    struct json *value      = json_parse(arena, json, strlen(json), &error);

    if (!value)
        fail_msg("%s: line %u, column %u: %s", json, error.line, error.column, error.message);
    return value;
}

static void values_have_their_kinds(void **state)
{
    static const struct {
        const char *json;
        enum json_kind kind;
        const char *name;
    } cases[] = {
        {"null",  JSON_NULL,    "null"         },
        {"true",  JSON_BOOLEAN, "true or false"},
        {"-1.5",  JSON_NUMBER,  "a number"     },
        {"\"x\"", JSON_STRING,  "a string"     },
        {"[1]",   JSON_ARRAY,   "an array"     },
        {"{}",    JSON_OBJECT,  "an object"    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        struct json *value = parse(&arena, cases[i].json);

        assert_int_equal(value->kind, cases[i].kind);
        assert_string_equal(json_kind_name(value->kind), cases[i].name);
        assert_null(value->name);
        arena_deinit(&arena);
    }
}

static void members_are_found_by_exact_case_and_keep_their_order(void **state)
{
    struct arena arena  = {0};
    struct json *object = parse(&arena, "{\"b\":1,\"A\":\"x\",\"a\":{\"c\":[]}}");

    assert_int_equal(object->count, 3);
    assert_string_equal(object->first->name, "b");
    assert_string_equal(object->first->next->name, "A");
    assert_ptr_equal(object->last, json_find(object, "a"));
    assert_int_equal(json_find(object, "a")->kind, JSON_OBJECT);
    assert_null(json_find(object, "B"));
    assert_null(json_find(object->first, "b"));
    assert_null(json_find(NULL, "b"));
    assert_non_null(json_find(json_find(object, "a"), "c"));
    assert_string_equal(json_find_string(object, "A"), "x");
    assert_null(json_find_string(object, "b"));
    assert_null(json_find_string(object, "none"));
    arena_deinit(&arena);
}

static void numbers_keep_their_spelling(void **state)
{
    struct arena arena = {0};
    struct json *array = parse(&arena, "[1.0, 1e2, -0, 12345678901234567890, 1e999]");
    struct json *value = array->first;

    assert_int_equal(array->count, 5);
    assert_string_equal(value->string, "1.0");
    assert_true(value->number == 1);
    value = value->next;
    assert_string_equal(value->string, "1e2");
    assert_true(value->number == 100);
    value = value->next;
    assert_string_equal(value->string, "-0");
    value = value->next;
    assert_string_equal(value->string, "12345678901234567890");
    value = value->next;
    assert_true(isinf(value->number));
    arena_deinit(&arena);
}

static void strings_are_decoded_and_may_contain_nul(void **state)
{
    struct arena arena = {0};
    struct json *value = parse(&arena, "\"a\\u0000\\u00e9\\n\"");

    assert_int_equal(value->size, 5);
    assert_memory_equal(value->string, "a\0\xc3\xa9\n", 6);
    arena_deinit(&arena);
}

static void values_know_where_they_stand(void **state)
{
    struct arena arena = {0};
    struct json *root  = parse(&arena, "\n  {\n\t\"a\" :\n  1, \"b\": [\r\n 2, {} ]}");
    struct json *b     = json_find(root, "b");

    assert_int_equal(root->line, 2);
    assert_int_equal(root->column, 3);
    assert_int_equal(json_find(root, "a")->line, 3); /* of its name */
    assert_int_equal(json_find(root, "a")->column, 2);
    assert_int_equal(b->line, 4);
    assert_int_equal(b->column, 6);
    assert_int_equal(b->first->line, 5);
    assert_int_equal(b->first->column, 2);
    assert_int_equal(b->last->column, 5);
    arena_deinit(&arena);
}

static void a_byte_order_mark_is_skipped(void **state)
{
    struct arena arena = {0};
    struct json *value = parse(&arena, "\xef\xbb\xbf{}");

    assert_int_equal(value->kind, JSON_OBJECT);
    assert_int_equal(value->column, 1);
    arena_deinit(&arena);
}

/* clang-format off */
static void mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *what;
        const char *json;
        unsigned line;
        unsigned column;
        const char *message;
    } cases[] = {
        {"nothing",             "",                     1, 1, "the text ends where a value is expected"},
        {"white space",         " \n ",                 2, 2, "the text ends where a value is expected"},
        {"a word",              "{\n\"a\": yes}",       2, 6, "expected a value: a string, number, object, array, true, false or null"},
        {"an unclosed object",  "{\"a\":1",             1, 7, "expected ',' or '}'"},
        {"an unclosed array",   "[1\n",                 2, 1, "expected ',' or ']'"},
        {"no comma",            "{\"a\":1\n\"b\":2}",   2, 1, "expected ',' or '}'"},
        {"no colon",            "{\"a\" 1}",            1, 6, "expected ':' after a name"},
        {"a comma too many",    "{\"a\":1,\n}",         2, 1, "a comma before '}' is not allowed in JSON: remove it"},
        {"and in an array",     "[1, ]",                1, 5, "a comma before ']' is not allowed in JSON: remove it"},
        {"a bare name",         "{a:1}",                1, 2, "expected a name in double quotes"},
        {"single quotes",       "['a']",                1, 2, "JSON strings are written in double quotes"},
        {"a comment",           "[// x\n1]",            1, 2, "JSON has no comments: remove it"},
        {"a malformed number",  "[-]",                  1, 2, "malformed number"},
        {"a leading zero",      "[01]",                 1, 2, "malformed number"},
        {"more behind the end", "{}\n{}",               2, 1, "the document has ended, but more follows"},
        {"an unclosed string",  "[\"abc",               1, 2, "a string must end on its line: its '\"' is missing"},
        {"a line end in one",   "[\"ab\nc\"]",          1, 2, "a string must end on its line: its '\"' is missing"},
        {"a tab in one",        "[\"a\tb\"]",           1, 4, "a control character in a string must be escaped (\\t, \\u0001)"},
        {"an unknown escape",   "[\"C:\\dir\"]",        1, 5, "unknown escape in a string: write '\\\\' for a backslash"},
        {"a cut escape",        "[\"\\u12",             1, 3, "unknown escape in a string: write '\\\\' for a backslash"},
        {"behind an escape",    "[\"\\n\\u00e9\\q\"]",  1, 11, "unknown escape in a string: write '\\\\' for a backslash"},
        {"a name given twice",  "{\"b\":1,\"a\":1,\n \"b\":2}", 2, 2, "\"b\" is given twice (first in line 1): one of them would be ignored"},
        {"another encoding",    "{\"a\":\n \"caf\xe9\"}",  2, 2, "a string is not UTF-8: save the file in that encoding"},
        {"nul in a name",       "{\"a\\u0000\":1}",     1, 11, "a name must not contain \\u0000"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena      = {0};
        struct json_error error = {0};
        size_t size             = strlen(cases[i].json);
        SCOPED_MEMORY char *exact = malloc(size ? size : 1); /* nothing behind it to be read */

        memcpy(exact, cases[i].json, size);
        if (json_parse(&arena, exact, size, &error))
            fail_msg("%s: no mistake found", cases[i].what);
        if (strcmp(error.message, cases[i].message) != 0)
            fail_msg("%s: %s", cases[i].what, error.message);
        if (error.line != cases[i].line || error.column != cases[i].column)
            fail_msg("%s: line %u, column %u", cases[i].what, error.line, error.column);
        arena_deinit(&arena);
    }
}
/* clang-format on */

static void the_same_name_may_stand_in_different_objects(void **state)
{
    struct arena arena = {0};

    parse(&arena, "{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}}");
    arena_deinit(&arena);
}

static void many_members_are_compared_in_time(void **state)
{
    struct arena arena      = {0};
    SCOPED_TEXT json        = {0};
    struct json_error error = {0};

    text_append_string(&json, "{");
    for (size_t i = 0; i < 100000; i++)
        text_append_format(&json, "\"n%zu\":1,\n", i);
    text_append_string(&json, "\"n500\":2}");
    assert_null(json_parse(&arena, json.data, json.size, &error));
    assert_int_equal(error.line, 100001);
    assert_string_equal(
        error.message, "\"n500\" is given twice (first in line 501): one of them would be ignored");
    arena_deinit(&arena);
}

static void nesting_is_bounded(void **state)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    char json[2 * JSON_DEPTH_MAX + 2];

    memset(json, '[', JSON_DEPTH_MAX + 1);
    memset(json + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_non_null(json_parse(&arena, json + 1, sizeof json - 2, &error));
    assert_null(json_parse(&arena, json, sizeof json, &error));
    assert_string_equal(error.message, "nested too deep: 100 levels are allowed");
    assert_int_equal(error.column, JSON_DEPTH_MAX + 1);
    arena_deinit(&arena);
}

static void printing_gives_compact_json(void **state)
{
    struct arena arena = {0};
    SCOPED_TEXT out    = {0};

    json_print(parse(&arena, " { \"a\\n\" : [ 1.0 , -2E+1 , true , false , null ] ,"
                             " \"b\" : { } , \"c\" : \"x\\u0000\\u00e9\\/\" , \"d\" : [ ] } "),
               &out);
    assert_string_equal(text_string(&out), "{\"a\\n\":[1.0,-2E+1,true,false,null],\"b\":{},"
                                           "\"c\":\"x\\u0000\xc3\xa9/\",\"d\":[]}");
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_kinds),
        cmocka_unit_test(members_are_found_by_exact_case_and_keep_their_order),
        cmocka_unit_test(numbers_keep_their_spelling),
        cmocka_unit_test(strings_are_decoded_and_may_contain_nul),
        cmocka_unit_test(values_know_where_they_stand),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(the_same_name_may_stand_in_different_objects),
        cmocka_unit_test(many_members_are_compared_in_time),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(printing_gives_compact_json),
    };

    return cmocka_run_group_tests_name("json/json", tests, NULL, NULL);
}
