#include "json/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

static bool append_value(void *owner, const struct json_span *value)
{
    struct text *out = owner;

    text_append(out, value->data, value->size);
    text_append_character(out, ';');
    return true;
}

static void answer(const struct query *query, const char *json, struct text *out)
{
    struct json_span start;

    if (!json_scan(json, strlen(json), &query->plain, &start, 1))
        fail_msg("not JSON: %s", json);
    query_each(query, &start, append_value, out);
}

#define BOOKS                                                                                      \
    "{\"store\":{\"book\":[{\"t\":\"A\",\"p\":8},{\"t\":\"B\",\"p\":12,\"i\":\"x\"}],"             \
    "\"bike\":{\"p\":19}},\"p\":1,\"odd.name\":2,\"it's\":3,\"é\":4,\"@c\":5}"

/* clang-format off */
static void paths_find_what_jsonpath_for_java_finds(void **state)
{
    static const struct {
        const char *path;
        const char *json;
        const char *expected; /* each value with a semicolon behind it */
        bool is_list;
    } cases[] = {
        {"",                          "[1, 2]",                    "[1, 2];",           false},
        {".p",                        BOOKS,                       "1;",                false},
        {".store.bike.p",             BOOKS,                       "19;",               false},
        {".store.book[1].t",          BOOKS,                       "\"B\";",            false},
        {"['store']['bike'][\"p\"]",  BOOKS,                       "19;",               false},
        {"[ 'store' ].bike",          BOOKS,                       "{\"p\":19};",       false},
        {".['p']",                    BOOKS,                       "1;",                false},
        {"['odd.name']",              BOOKS,                       "2;",                false},
        {"['it\\'s']",                BOOKS,                       "3;",                false},
        {"[\"it's\"]",                BOOKS,                       "3;",                false},
        {".é",                        BOOKS,                       "4;",                false},
        {".@c",                       BOOKS,                       "5;",                false},
        {".a-b_c",                    "{\"a-b_c\":1}",             "1;",                false},
        {".1",                        "{\"1\":true}",              "true;",             false},
        {".none",                     BOOKS,                       "",                  false},
        {".p.none",                   BOOKS,                       "",                  false},
        {".a",                        "{\"a\":null}",              "null;",             false},
        {"[0]",                       "[5,6,7]",                   "5;",                false},
        {"[2]",                       "[5,6,7]",                   "7;",                false},
        {"[3]",                       "[5,6,7]",                   "",                  false},
        {"[ 1 ]",                     "[5,6,7]",                   "6;",                false},
        {"[-1]",                      "[5,6,7]",                   "7;",                false},
        {"[-3]",                      "[5,6,7]",                   "5;",                false},
        {"[-4]",                      "[5,6,7]",                   "",                  false},
        {"[-1]",                      "[]",                        "",                  false},
        {"[-0]",                      "[5,6]",                     "5;",                false},
        {"[-1].a",                    "[{\"a\":1},{\"a\":2}]",     "2;",                false},
        {"[-1].a[0]",                 "[{\"a\":[3]}]",             "3;",                false},
        {"[-1].a",                    "[{\"a\":1,\"a\":2}]",       "2;",                false},
        {"[-1].a.b",                  "[{\"a\":{\"b\":1},\"a\":2}]", "",                false},
        {"[0]",                       "{\"0\":1}",                 "",                  false},
        {"[-1]",                      "{\"0\":1}",                 "",                  false},
        {"[999999999]",               "[1]",                       "",                  false},
        {".store.book[*].t",          BOOKS,                       "\"A\";\"B\";",      true },
        {".store.book.*.t",           BOOKS,                       "\"A\";\"B\";",      true },
        {".store.book[*].i",          BOOKS,                       "\"x\";",            true },
        {".store.*.p",                BOOKS,                       "19;",               true },
        {"[*]",                       "{\"a\":1,\"b\":[2]}",       "1;[2];",            true },
        {"[*][*]",                    "[[1,2],3,[4]]",             "1;2;4;",            true },
        {"[*]",                       "5",                         "",                  true },
        {"[*][0]",                    "[[1,2],3,[4]]",             "1;4;",              true },
        {"[*][-1]",                   "[[1,2],3,[4]]",             "2;4;",              true },
        {"..p",                       BOOKS,                       "1;8;12;19;",        true },
        {"..['p']",                   BOOKS,                       "1;8;12;19;",        true },
        {"..book[0].t",               BOOKS,                       "\"A\";",            true },
        {".store..p",                 BOOKS,                       "8;12;19;",          true },
        {"..none",                    BOOKS,                       "",                  true },
        {"..a",                       "{\"a\":{\"a\":[{\"a\":1}]}}", "{\"a\":[{\"a\":1}]};[{\"a\":1}];1;", true},
        {"..[0]",                     "[[1],[2,3]]",               "[1];1;2;",          true },
        {"..*",                       "{\"a\":[1]}",               "[1];1;",            true },
        {"..[*]",                     "{\"a\":[1]}",               "[1];1;",            true },
        {"..a",                       "5",                         "",                  true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        SCOPED_TEXT out    = {0};
        const char *at     = cases[i].path;
        struct query query;

        if (!query_parse(&query, &arena, &at, QUERY_ENDS_WITH_TEXT, &out))
            fail_msg("%s: %s", cases[i].path, text_string(&out));
        assert_int_equal(*at, '\0');
        answer(&query, cases[i].json, &out);
        if (!text_equals(&out, cases[i].expected))
            fail_msg("%s: %s", cases[i].path, text_string(&out));
        if (query.is_list != cases[i].is_list)
            fail_msg("%s: is_list", cases[i].path);
        arena_deinit(&arena);
    }
}

static void malformed_paths_are_refused_with_their_place(void **state)
{
    static const char odd[] = "this character can't stand in a path: put the name in brackets and "
                              "quotes, ['my name']";
    static const struct {
        const char *path;
        size_t place; /* from 0 */
        const char *error;
    } cases[] = {
        {".",           1, "a name is missing after '.'"},
        {"..",          2, "a name is missing after '.'"},
        {".a.",         3, "a name is missing after '.'"},
        {".a...b",      4, "a name is missing after '.'"},
        {"a",           0, odd},
        {".a b",        2, odd},
        {".a]",         2, odd},
        {".a)",         2, odd},
        {"[",           1, "the closing ']' is missing"},
        {"[0",          2, "the closing ']' is missing"},
        {"[0.5]",       2, "the closing ']' is missing"},
        {"['a'",        4, "the closing ']' is missing"},
        {"['a",         3, "the closing quote of a name is missing"},
        {"['a\\",       4, "the closing quote of a name is missing"},
        {"['a\"]",      5, "the closing quote of a name is missing"},
        {"[]",          1, "an index, '*' or a quoted name is missing in []"},
        {"[a]",         1, "in brackets stands an index, '*' or a name in quotes: ['name']"},
        {"[-]",         1, "an index is missing after '-'"},
        {"[1234567890]", 1, "an index has at most 9 digits"},
        {"[0,1]",       2, "several names or indexes in one [] are not supported in a path"},
        {"['a','b']",   4, "several names or indexes in one [] are not supported in a path"},
        {"[1:2]",       2, "slices, [1:3], are not supported in a path"},
        {"[:2]",        1, "slices, [1:3], are not supported in a path"},
        {"[?(@.p)]",    1, "filters, [?(…)], are not supported in a path"},
        {".a.length()", 9, "functions are not supported in a path"},
        {"..a..b",      5, "only one '..' is supported in a path"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        SCOPED_TEXT error  = {0};
        const char *at     = cases[i].path;
        struct query query;

        text_append_string(&error, "left over");
        if (query_parse(&query, &arena, &at, QUERY_ENDS_WITH_TEXT, &error))
            fail_msg("%s: not refused", cases[i].path);
        if (!text_equals(&error, cases[i].error) || at != cases[i].path + cases[i].place)
            fail_msg("%s: at %zd: %s", cases[i].path, at - cases[i].path, text_string(&error));
        arena_deinit(&arena);
    }
}

static void a_path_ends_where_its_surroundings_say(void **state)
{
    static const struct {
        const char *what;
        const char *path;
        enum query_end end;
        const char *rest;
        size_t steps;
    } cases[] = {
        {"at a brace",                   ".a.b} x",      QUERY_ENDS_WITH_BRACE, "} x",   2},
        {"not at a brace in quotes",     ".a['}']}",     QUERY_ENDS_WITH_BRACE, "}",     2},
        {"a brace at once",              "}",            QUERY_ENDS_WITH_BRACE, "}",     0},
        {"a name with odd letters",      ".a/b:c$d}",    QUERY_ENDS_WITH_BRACE, "}",     1},
        {"at a slash",                   ".a/b",         QUERY_ENDS_WITH_NAME,  "/b",    1},
        {"at a blank",                   ".a b",         QUERY_ENDS_WITH_NAME,  " b",    1},
        {"at a dollar",                  ".a$",          QUERY_ENDS_WITH_NAME,  "$",     1},
        {"at a dot before a variable",   ".a.$b",        QUERY_ENDS_WITH_NAME,  ".$b",   1},
        {"at a dot before an escape",    ".a.\\$b",      QUERY_ENDS_WITH_NAME,  ".\\$b", 1},
        {"not at a hyphen",              ".x-y z",       QUERY_ENDS_WITH_NAME,  " z",    1},
        {"behind brackets",              "['a b']c",     QUERY_ENDS_WITH_NAME,  "c",     1},
        {"with a brace as text",         ".a}",          QUERY_ENDS_WITH_NAME,  "}",     1},
        {"a brace in a whole string",    ".a}",          QUERY_ENDS_WITH_TEXT,  "",      1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        SCOPED_TEXT error  = {0};
        const char *at     = cases[i].path;
        struct query query;

        if (!query_parse(&query, &arena, &at, cases[i].end, &error))
            fail_msg("%s: %s", cases[i].what, text_string(&error));
        if (strcmp(at, cases[i].rest) != 0 ||
            query.plain.count + query.count != cases[i].steps)
            fail_msg("%s: %s", cases[i].what, at);
        arena_deinit(&arena);
    }
}
/* clang-format on */

static void a_path_has_a_bounded_number_of_steps(void **state)
{
    struct arena arena = {0};
    SCOPED_TEXT error  = {0};
    char path[2 * QUERY_STEPS_MAX + 3];
    const char *at = path;
    struct query query;

    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 ? 'a' : '.';
    path[sizeof path - 1] = '\0';
    assert_false(query_parse(&query, &arena, &at, QUERY_ENDS_WITH_TEXT, &error));
    assert_string_equal(text_string(&error), "the path has too many steps: 32 are allowed");
    at = path + 2;
    assert_true(query_parse(&query, &arena, &at, QUERY_ENDS_WITH_TEXT, &error));
    assert_int_equal(query.plain.count, QUERY_STEPS_MAX);
    arena_deinit(&arena);
}

static bool count_to_two(void *owner, const struct json_span *value)
{
    return ++*(size_t *)owner < 2;
}

static void a_walk_stops_when_it_is_told(void **state)
{
    static const char *const paths[] = {"[*]", "..*", "..a", "..[0]", "[*][*]"};
    static const char json[]         = "[[{\"a\":1}],[{\"a\":2}],[{\"a\":3}],[{\"a\":4}]]";

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct arena arena = {0};
        SCOPED_TEXT error  = {0};
        const char *at     = paths[i];
        size_t count       = 0;
        struct query query;
        struct json_span start;

        assert_true(query_parse(&query, &arena, &at, QUERY_ENDS_WITH_TEXT, &error));
        assert_true(json_scan(json, sizeof json - 1, &query.plain, &start, 1));
        query_each(&query, &start, count_to_two, &count);
        assert_int_equal(count, 2);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_what_jsonpath_for_java_finds),
        cmocka_unit_test(malformed_paths_are_refused_with_their_place),
        cmocka_unit_test(a_path_ends_where_its_surroundings_say),
        cmocka_unit_test(a_path_has_a_bounded_number_of_steps),
        cmocka_unit_test(a_walk_stops_when_it_is_told),
    };

    return cmocka_run_group_tests_name("json/query", tests, NULL, NULL);
}
