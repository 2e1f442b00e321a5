#include "model/selection_expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"

static struct selection_expression *compile(const char *what, const char *source)
{
    SCOPED_TEXT error                       = {0};
    struct selection_expression *expression = selection_expression_new(source, &error);

    if (!expression)
        fail_msg("%s: %s", what, text_string(&error));
    return expression;
}

static void check_selection(const char *what, const char *source, const char *message,
                            enum selection expected, const char *key)
{
    struct selection_expression *expression = compile(what, source);
    SCOPED_TEXT actual                      = {0};
    size_t size                             = strlen(message);
    SCOPED_MEMORY char *exact = malloc(size ? size : 1); /* nothing behind it to be read */
    enum selection selection;

    memcpy(exact, message, size);
    text_append_string(&actual, "left over");
    selection = selection_expression_select(expression, exact, size, &actual);
    if (selection != expected || !text_equals(&actual, key))
        fail_msg("%s: %d, %s", what, (int)selection, text_string(&actual));
    selection_expression_free(expression);
}

/* clang-format off */
static void selection_expression_select_judges_every_message(void **state)
{
    static const char action[] = "$request.body.action";
    static const struct {
        const char *what;
        const char *expression;
        const char *message;
        enum selection expected;
        const char *key;
    } cases[] = {
        {"a string",                   action, "{\"action\":\"join\"}",             SELECTION_KEY,      "join"     },
        {"a string with escapes",      action, "{\"action\":\"\\u006aoin\\n\"}",    SELECTION_KEY,      "join\n"   },
        {"an escaped name",            action, "{\"\\u0061ction\":\"join\"}",       SELECTION_KEY,      "join"     },
        {"among others",               action, "{\"a\":[{\"action\":\"no\"}],\"action\":\"join\",\"b\":1}", SELECTION_KEY, "join"},
        {"white space",                action, " \n{ \"action\" : \"join\" } ",     SELECTION_KEY,      "join"     },
        {"a number",                   action, "{\"action\":5}",                    SELECTION_KEY,      "5"        },
        {"a fraction",                 action, "{\"action\":1.5}",                  SELECTION_KEY,      "1.5"      },
        {"a number's spelling",        action, "{\"action\":1.50e+2}",              SELECTION_KEY,      "1.50e+2"  },
        {"true",                       action, "{\"action\":true}",                 SELECTION_KEY,      "true"     },
        {"false",                      action, "{\"action\":false}",                SELECTION_KEY,      "false"    },
        {"null",                       action, "{\"action\":null}",                 SELECTION_EMPTY,    ""         },
        {"an empty string",            action, "{\"action\":\"\"}",                 SELECTION_EMPTY,    ""         },
        {"an array of two",            action, "{\"action\":[\"item1\",\"item2\"]}", SELECTION_KEY,     "[item1, item2]"},
        {"an empty array",             action, "{\"action\":[]}",                   SELECTION_KEY,      "[]"       },
        {"an object",                  action, "{\"action\":{\"k\":\"v\",\"k2\":2}}", SELECTION_KEY,    "{k=v, k2=2}"},
        {"null in an array",           action, "{\"action\":[null]}",               SELECTION_KEY,      "[null]"   },
        {"the key missing",            action, "{}",                                SELECTION_EMPTY,    ""         },
        {"the key in other case",      action, "{\"Action\":\"join\"}",             SELECTION_EMPTY,    ""         },
        {"the key given twice",        action, "{\"action\":\"a\",\"action\":\"b\"}", SELECTION_KEY,    "b"        },
        {"a reserved key",             action, "{\"action\":\"$connect\"}",         SELECTION_KEY,      "$connect" },
        {"text like a variable",       action, "{\"action\":\"$request.body\"}",    SELECTION_KEY,      "$request.body"},
        {"a JSON string",              action, "\"x\"",                             SELECTION_EMPTY,    ""         },
        {"a JSON number",              action, "5",                                 SELECTION_EMPTY,    ""         },
        {"a JSON array",               action, "[]",                                SELECTION_EMPTY,    ""         },
        {"an array of such objects",   action, "[{\"action\":\"join\"}]",           SELECTION_EMPTY,    ""         },
        {"JSON null",                  action, "null",                              SELECTION_EMPTY,    ""         },
        {"plain text",                 action, "hello",                             SELECTION_NOT_JSON, ""         },
        {"an empty message",           action, "",                                  SELECTION_NOT_JSON, ""         },
        {"JSON and more",              action, "{\"action\":\"join\"} x",           SELECTION_NOT_JSON, ""         },
        {"JSON cut short",             action, "{\"action\":\"join\"",              SELECTION_NOT_JSON, ""         },
        {"a mistake behind the key",   action, "{\"action\":\"join\",}",            SELECTION_NOT_JSON, ""         },
        {"single quotes",              action, "{'action':'join'}",                 SELECTION_NOT_JSON, ""         },

        {"a nested path",              "$request.body.a.b",         "{\"a\":{\"b\":\"deep\"}}",     SELECTION_KEY,   "deep"},
        {"a word of the language",     "$request.body.service.do",  "{\"service\":{\"do\":\"x\"}}", SELECTION_KEY,   "x"   },
        {"a scalar on the way",        "$request.body.a.b",         "{\"a\":\"b\"}",                SELECTION_EMPTY, ""    },
        {"single quotes in brackets",  "$request.body['a']",        "{\"a\":1}",                    SELECTION_KEY,   "1"   },
        {"double quotes in brackets",  "$request.body[\"a\"]",      "{\"a\":1}",                    SELECTION_KEY,   "1"   },
        {"a dot in a quoted name",     "$request.body['a.b']",      "{\"a.b\":1,\"a\":{\"b\":2}}",  SELECTION_KEY,   "1"   },
        {"a hyphen in a name",         "$request.body.x-a",         "{\"x-a\":1}",                  SELECTION_KEY,   "1"   },
        {"an index",                   "$request.body.a[1]",        "{\"a\":[1,2]}",                SELECTION_KEY,   "2"   },
        {"an index beyond the end",    "$request.body.a[2]",        "{\"a\":[1,2]}",                SELECTION_EMPTY, ""    },
        {"an index into the body",     "$request.body[0].a",        "[{\"a\":\"x\"}]",              SELECTION_KEY,   "x"   },
        {"an index from the end",      "$request.body.a[-1]",       "{\"a\":[1,2]}",                SELECTION_KEY,   "2"   },
        {"null from the end",          "$request.body.a[-1]",       "{\"a\":[null]}",               SELECTION_EMPTY, ""    },
        {"each element",               "$request.body.a[*].b",      "{\"a\":[{\"b\":1},{},{\"b\":\"x\"}]}", SELECTION_KEY, "[1, x]"},
        {"each member",                "$request.body.*",           "{\"a\":1,\"b\":[2]}",          SELECTION_KEY,   "[1, [2]]"},
        {"each of none",               "$request.body.a[*]",        "{\"a\":[]}",                   SELECTION_KEY,   "[]"  },
        {"each of nothing",            "$request.body.a[*]",        "{}",                           SELECTION_EMPTY, ""    },
        {"at any depth",               "$request.body..x",          "{\"x\":1,\"a\":[{\"x\":null}]}", SELECTION_KEY, "[1, null]"},
        {"at no depth",                "$request.body..x",          "{}",                           SELECTION_KEY,   "[]"  },

        {"the whole body",             "$request.body",             "{ \"a\" : [1, \"b\"] }",       SELECTION_KEY,   "{a=[1, b]}"},
        {"a body of one string",       "$request.body",             "\"join\"",                     SELECTION_KEY,   "join"},
        {"a body of null",             "$request.body",             "null",                         SELECTION_EMPTY, ""    },
        {"the whole body in braces",   "${request.body}!",          "5",                            SELECTION_KEY,   "5!"  },

        {"a variable in braces",       "${request.body.version}-beta", "{\"version\":1.2}",         SELECTION_KEY,   "1.2-beta"},
        {"text before it",             "v${request.body.version}",  "{\"version\":2}",              SELECTION_KEY,   "v2"  },
        {"two variables",              "${request.body.a}-${request.body.b}", "{\"b\":\"y\",\"a\":\"x\"}", SELECTION_KEY, "x-y"},
        {"two, one missing",           "${request.body.action}-${request.body.nope}", "{\"action\":\"join\"}", SELECTION_KEY, "join-"},
        {"two, both missing",          "${request.body.a}${request.body.b}", "{}",                  SELECTION_EMPTY, ""    },
        {"two, but text between",      "$request.body.a/$request.body.b", "{}",                     SELECTION_KEY,   "/"   },
        {"two with a dot between",     "$request.body.a.$request.body.b", "{\"a\":1,\"b\":2}",      SELECTION_KEY,   "1.2" },
        {"two side by side",           "$request.body.a$request.body.b", "{\"a\":1,\"b\":2}",       SELECTION_KEY,   "12"  },
        {"the same twice",             "$request.body.a $request.body.a", "{\"a\":1}",              SELECTION_KEY,   "1 1" },
        {"a brace in quotes",          "${request.body['}']}",      "{\"}\":1}",                    SELECTION_KEY,   "1"   },
        {"odd letters in braces",      "${request.body.@type}",     "{\"@type\":1}",                SELECTION_KEY,   "1"   },
        {"no second evaluation",       "${request.body.a}",         "{\"a\":\"${request.body.b}\",\"b\":1}", SELECTION_KEY, "${request.body.b}"},

        {"an escaped dollar",          "\\$default",                "{\"action\":\"join\"}",        SELECTION_KEY,   "$default"},
        {"an escaped variable",        "\\$request.body.a",         "{\"a\":1}",                    SELECTION_KEY,   "$request.body.a"},
        {"an escaped dollar within",   "a\\$b${request.body.c}\\$", "{\"c\":1}",                    SELECTION_KEY,   "a$b1$"},
        {"another backslash",          "a\\b\\\\$request.body.c",   "{\"c\":1}",                    SELECTION_KEY,   "a\\b\\$request.body.c"},
        {"a backslash at the end",     "a\\",                       "{}",                           SELECTION_KEY,   "a\\" },
        {"a bare word",                "action",                    "{\"action\":\"join\"}",        SELECTION_KEY,   "action"},
        {"braces alone are text",      "{a}",                       "{}",                           SELECTION_KEY,   "{a}" },
        {"a bare word, no JSON",       "action",                    "join",                         SELECTION_NOT_JSON, ""  },
        {"an escaped dollar, no JSON", "\\$default",                "join",                         SELECTION_NOT_JSON, ""  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_selection(cases[i].what, cases[i].expression, cases[i].message, cases[i].expected, cases[i].key);
}

#define ALLOWED "allowed are $request.body and $request.body.<JSONPath>"

static void malformed_expressions_are_refused_with_a_remedy(void **state)
{
    static const struct {
        const char *what;
        const char *expression;
        const char *error;
    } cases[] = {
        {"nothing",                 "",
         "the expression is empty; usual is $request.body.action"},
        {"a header",                "$request.header.x-route",
         "\"$request.header.x-route\", character 1: $request.header.x-route is not available to messages, which have no headers; " ALLOWED},
        {"a query string",          "a ${request.querystring.x}",
         "\"a ${request.querystring.x}\", character 3: $request.querystring.x is not available to messages, which have no query string; " ALLOWED},
        {"the context",             "$context.authorizer.role",
         "\"$context.authorizer.role\", character 1: $context.authorizer.role is not available to messages, whose route is chosen by the body; " ALLOWED},
        {"stage variables",         "${stageVariables.x}",
         "\"${stageVariables.x}\", character 1: $stageVariables.x is not available to messages, whose route is chosen by the body; " ALLOWED},
        {"another root",            "$request.action",
         "\"$request.action\", character 1: there is no variable $request.action; " ALLOWED},
        {"a longer root",           "$request.bodyx.a",
         "\"$request.bodyx.a\", character 1: there is no variable $request.bodyx.a; " ALLOWED},
        {"the root in other case",  "$request.Body.a",
         "\"$request.Body.a\", character 1: there is no variable $request.Body.a; " ALLOWED},
        {"$default unescaped",      "$default",
         "\"$default\", character 1: there is no variable $default; for that text itself write \\$default"},
        {"a dollar alone",          "cost$",
         "\"cost$\", character 5: '$' must begin a variable; \\$ is the character itself"},
        {"two dollars",             "$$request.body.a",
         "\"$$request.body.a\", character 1: '$' must begin a variable; \\$ is the character itself"},
        {"empty braces",            "${}",
         "\"${}\", character 1: '$' must begin a variable; \\$ is the character itself"},
        {"a blank in braces",       "${ request.body }",
         "\"${ request.body }\", character 1: '$' must begin a variable; \\$ is the character itself"},
        {"an unclosed brace",       "${request.body.a",
         "\"${request.body.a\", character 17: the closing '}' is missing"},
        {"an unclosed bracket",     "$request.body['a'",
         "\"$request.body['a'\", character 18: the closing ']' is missing"},
        {"an unclosed quote",       "$request.body['a]",
         "\"$request.body['a]\", character 18: the closing quote of a name is missing"},
        {"a dot at the end",        "$request.body.",
         "\"$request.body.\", character 15: a name is missing after '.'"},
        {"a dot and a slash",       "$request.body.a./b",
         "\"$request.body.a./b\", character 17: a name is missing after '.': put the variable in braces, ${…}, if it ends there or its name has special characters"},
        {"a second variable",       "${request.body.a}-${request.body.}",
         "\"${request.body.a}-${request.body.}\", character 34: a name is missing after '.'"},
        {"a filter",                "$request.body.a[?(@.b)]",
         "\"$request.body.a[?(@.b)]\", character 17: filters, [?(…)], are not supported in a path"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error = {0};
        struct selection_expression *expression;

        text_append_string(&error, "left over");
        expression = selection_expression_new(cases[i].expression, &error);
        if (expression || !text_equals(&error, cases[i].error))
            fail_msg("%s: %s", cases[i].what, text_string(&error));
    }
}
/* clang-format on */

static void variables_are_bounded(void **state)
{
    SCOPED_TEXT source = {0};
    SCOPED_TEXT error  = {0};

    for (size_t i = 0; i < 16; i++)
        text_append_string(&source, "${request.body.a}");
    check_selection("16", text_string(&source), "{\"a\":1}", SELECTION_KEY, "1111111111111111");
    text_append_string(&source, "$request.body.a");
    assert_null(selection_expression_new(text_string(&source), &error));
    assert_non_null(strstr(text_string(&error), "too many variables: 16 are allowed"));
}

static void one_expression_serves_many_messages(void **state)
{
    struct selection_expression *expression = compile("", "${request.body.a}-${request.body..b}");
    SCOPED_TEXT key                         = {0};

    for (size_t i = 0; i < 100; i++) {
        SCOPED_TEXT message  = {0};
        SCOPED_TEXT expected = {0};

        text_append_format(&message, "{\"a\":%zu,\"c\":{\"b\":\"%zu\"}}", i, i);
        text_append_format(&expected, "%zu-[%zu]", i, i);
        assert_int_equal(selection_expression_select(expression, message.data, message.size, &key),
                         SELECTION_KEY);
        assert_string_equal(text_string(&key), text_string(&expected));
        assert_int_equal(selection_expression_select(expression, "x", 1, &key), SELECTION_NOT_JSON);
        assert_string_equal(text_string(&key), "");
    }
    selection_expression_free(expression);
}

static void a_key_may_contain_nul(void **state)
{
    static const char message[]             = "{\"a\":\"join\\u0000x\"}";
    struct selection_expression *expression = compile("", "$request.body.a");
    SCOPED_TEXT key                         = {0};

    assert_int_equal(selection_expression_select(expression, message, sizeof message - 1, &key),
                     SELECTION_KEY);
    assert_int_equal(key.size, 6);
    assert_memory_equal(key.data, "join\0x", 6);
    selection_expression_free(expression);
}

/* 100 levels around many values, each of which ..* finds once a level. */
static void deep_messages_do_not_make_endless_keys(void **state)
{
    static const char *const sources[] = {"$request.body..*", "${request.body..*}$request.body..*",
                                          "$request.body..[*]"};
    SCOPED_TEXT message                = {0};

    for (size_t i = 0; i < 99; i++)
        text_append_string(&message, "[");
    for (size_t i = 0; i < 60000; i++)
        text_append_string(&message, "1,");
    text_append_string(&message, "1");
    for (size_t i = 0; i < 99; i++)
        text_append_string(&message, "]");
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        struct selection_expression *expression = compile("", sources[i]);
        SCOPED_TEXT key                         = {0};

        assert_int_equal(selection_expression_select(expression, message.data, message.size, &key),
                         SELECTION_KEY);
        assert_true(key.size > SELECTION_KEY_SIZE_MAX);
        assert_true(key.size <= SELECTION_KEY_SIZE_MAX + 2 * message.size);
        selection_expression_free(expression);
    }
}

static void messages_that_nest_too_deep_are_no_json(void **state)
{
    SCOPED_TEXT message = {0};

    for (size_t i = 0; i < 101; i++)
        text_append_string(&message, "[");
    for (size_t i = 0; i < 101; i++)
        text_append_string(&message, "]");
    check_selection("101 levels", "$request.body", text_string(&message), SELECTION_NOT_JSON, "");
}

/* An answer with two headers of one name. */
static const char *find_header(void *owner, const char *name, size_t index, size_t *size)
{
    static const char *const values[] = {"text/html", "text/plain"};

    if (strcmp(name, "Content-Type") != 0 || index >= ARRAY_SIZE(values))
        return NULL;
    *size = strlen(values[index]);
    return values[index];
}

/* clang-format off */
static void the_template_of_an_answer_is_chosen_by_the_answer_too(void **state)
{
    static const struct {
        const char *expression;
        const char *message;
        const char *key;
    } cases[] = {
        {"$integration.response.statuscode",                                "x",              "201"                    },
        {"$integration.response.statusCode",                                "x",              "201"                    },
        {"${integration.response.statuscode}",                              "x",              "201"                    },
        {"s${integration.response.statuscode}-${request.body.k}",           "{\"k\":\"v\"}",  "s201-v"                 },
        {"s${integration.response.statuscode}-${request.body.k}",           "no JSON",        "s201-"                  },
        {"$integration.response.header.Content-Type",                       "{}",             "text/plain"             },
        {"${integration.response.header.Content-Type}",                     "{}",             "text/plain"             },
        {"$integration.response.header.X-Missing",                          "{}",             ""                       },
        {"$integration.response.multivalueheader.Content-Type",             "{}",             "[text/html, text/plain]"},
        {"$integration.response.body.errorMessage",                         "{}",             ""                       },
        {"$request.body.k",                                                 "{\"k\":\"v\"}",  "v"                      },
        {"always",                                                          "",               "always"                 },
        {"\\$default",                                                      "",               "$default"               },
    };
    static const struct selection_answer answer = {201, find_header, NULL};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error = {0};
        SCOPED_TEXT key   = {0};
        struct selection_expression *expression =
            selection_expression_new_for_answer(cases[i].expression, &error);

        assert_string_equal(text_string(&error), "");
        selection_expression_write(expression, cases[i].message, strlen(cases[i].message), &answer, &key);
        assert_string_equal(text_string(&key), cases[i].key);
        selection_expression_free(expression);
    }
}

static void malformed_expressions_of_answers_are_refused(void **state)
{
    static const struct {
        const char *expression;
        const char *error; /* a part of it */
    } cases[] = {
        {"$integration.response.header",        "the name of a header is missing"              },
        {"$integration.response.header.",       "the name of a header is missing"              },
        {"$integration.response.statuscode.a",  "the status has no parts"                      },
        {"${integration.response.statuscode",   "a '}' is missing"                             },
        {"$integration.request.header.A",       "$integration.response.multivalueheader.<NAME>"},
        {"$request.header.A",                   "which have no headers"                        },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error = {0};

        assert_null(selection_expression_new_for_answer(cases[i].expression, &error));
        if (!strstr(text_string(&error), cases[i].error))
            fail_msg("%s: %s", cases[i].expression, text_string(&error));
    }
}
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_expression_select_judges_every_message),
        cmocka_unit_test(malformed_expressions_are_refused_with_a_remedy),
        cmocka_unit_test(variables_are_bounded),
        cmocka_unit_test(one_expression_serves_many_messages),
        cmocka_unit_test(a_key_may_contain_nul),
        cmocka_unit_test(deep_messages_do_not_make_endless_keys),
        cmocka_unit_test(messages_that_nest_too_deep_are_no_json),
        cmocka_unit_test(the_template_of_an_answer_is_chosen_by_the_answer_too),
        cmocka_unit_test(malformed_expressions_of_answers_are_refused),
    };

    return cmocka_run_group_tests_name("model/selection_expression", tests, NULL, NULL);
}
