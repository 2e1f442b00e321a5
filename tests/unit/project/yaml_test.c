#include "project/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"

/* What the document reads as, in JSON; or "LINE: what is wrong". */
static void read_yaml(const char *yaml, size_t size, struct text *out)
{
    struct arena arena       = {0};
    struct json_error error  = {0};
    const struct json *value = yaml_parse(&arena, yaml, size, &error);

    if (value)
        json_print(value, out);
    else
        text_append_format(out, "%u: %s", error.line, error.message);
    arena_deinit(&arena);
}

static void check(const char *what, const char *yaml, const char *expected)
{
    SCOPED_TEXT out = {0};

    read_yaml(yaml, strlen(yaml), &out);
    if (!text_equals(&out, expected))
        fail_msg("%s: %s", what, text_string(&out));
}

static void scalars_are_those_of_yaml_1_1(void **state)
{
    static const struct {
        const char *yaml;
        const char *json;
    } cases[] = {
        {"[true, Yes, ON, y]",         "[true,true,true,\"y\"]"                },
        {"[false, no, Off, N]",        "[false,false,false,\"N\"]"             },
        {"[null, ~, Null, '']",        "[null,null,null,\"\"]"                 },
        {"{a: , b: x}",                "{\"a\":null,\"b\":\"x\"}"              },
        {"[12, -12, +12, 1_000]",      "[12,-12,12,1000]"                      },
        {"[0644, 0x1F, 0b101, 08]",    "[420,31,5,\"08\"]"                     },
        {"[1.5, -.5, 1., 1.0e+2]",     "[1.5,-0.5,1,100]"                      },
        {"[1e3, .inf, ., -, --5]",     "[\"1e3\",\".inf\",\".\",\"-\",\"--5\"]"},
        {"[2010-09-09, 12:30, 1.2.3]", "[\"2010-09-09\",\"12:30\",\"1.2.3\"]"  },
        {"['1', \"true\", !!str 5]",   "[\"1\",\"true\",\"5\"]"                },
        {"[123456789012, !!int '7']",  "[123456789012,7]"                      },
        {"|\n  two\n  lines\n",        "\"two\\nlines\\n\""                    },
        {">-\n  one\n  line\n",        "\"one line\""                          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].yaml, cases[i].yaml, cases[i].json);
}

static void scalars_of_the_core_schema_are_those_of_yaml_1_2(void **state)
{
    static const struct {
        const char *yaml;
        const char *json;
    } cases[] = {
        {"[true, True, TRUE, false]",      "[true,true,true,false]"               },
        {"[yes, No, on, OFF, y]",          "[\"yes\",\"No\",\"on\",\"OFF\",\"y\"]"},
        {"[null, ~, '']",                  "[null,null,\"\"]"                     },
        {"[0644, 0o17, 0x1F, 0b101, -08]", "[644,15,31,5,-8]"                     },
        {"[1_000, 1.5, +12, 0]",           "[1000,1.5,12,0]"                      },
        {"{a: !Ref on}",                   "{\"a\":{\"Ref\":\"on\"}}"             },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena      = {0};
        struct json_error error = {0};
        SCOPED_TEXT out         = {0};

        json_print(yaml_parse_core(&arena, cases[i].yaml, strlen(cases[i].yaml), &error), &out);
        if (!text_equals(&out, cases[i].json))
            fail_msg("%s: %s", cases[i].yaml, text_string(&out));
        arena_deinit(&arena);
    }
}

static void short_tags_are_written_out(void **state)
{
    static const struct {
        const char *yaml;
        const char *json;
    } cases[] = {
        {"!Ref A",                     "{\"Ref\":\"A\"}"                               },
        {"!Ref 5",                     "{\"Ref\":\"5\"}"                               },
        {"!Condition A",               "{\"Condition\":\"A\"}"                         },
        {"!GetAtt A.B.C",              "{\"Fn::GetAtt\":[\"A\",\"B.C\"]}"              },
        {"!GetAtt [A, B]",             "{\"Fn::GetAtt\":[\"A\",\"B\"]}"                },
        {"!Sub '${A}'",                "{\"Fn::Sub\":\"${A}\"}"                        },
        {"!Sub\n- x\n- {A: !Ref B}",   "{\"Fn::Sub\":[\"x\",{\"A\":{\"Ref\":\"B\"}}]}" },
        {"!Join [',', [a, !Ref B]]",   "{\"Fn::Join\":[\",\",[\"a\",{\"Ref\":\"B\"}]]}"},
        {"!Transform {Name: x}",       "{\"Fn::Transform\":{\"Name\":\"x\"}}"          },
        {"!Base64\n  Fn::Sub: x",      "{\"Fn::Base64\":{\"Fn::Sub\":\"x\"}}"          },
        {"a: !If [C, !Ref A, !Sub x]",
         "{\"a\":{\"Fn::If\":[\"C\",{\"Ref\":\"A\"},{\"Fn::Sub\":\"x\"}]}}"            },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].yaml, cases[i].yaml, cases[i].json);
}

static void anchors_and_merge_keys_are_resolved(void **state)
{
    check("an alias", "a: &x [1]\nb: *x\nc: *x", "{\"a\":[1],\"b\":[1],\"c\":[1]}");
    check("a tagged one", "a: &x !Ref B\nb: *x", "{\"a\":{\"Ref\":\"B\"},\"b\":{\"Ref\":\"B\"}}");
    check("a merge", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}",
          "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}");
    check("several", "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}",
          "{\"a\":{\"p\":1},\"b\":{\"p\":2,\"q\":2},\"c\":{\"p\":1,\"q\":2}}");
}

static void what_cannot_be_read_has_its_line(void **state)
{
    static const struct {
        const char *what;
        const char *yaml;
        const char *problem;
    } cases[] = {
        {"nothing",           "",                   "1: there is nothing in it"                                },
        {"a comment",         "# no\n",             "2: there is nothing in it"                                },
        {"twice",             "a: 1\nb: 2\na: 3\n",
         "3: \"a\" is given twice (first in line 1): one of them would be ignored"                             },
        {"an unknown anchor", "a:\n  b: *x\n",      "2: there is no anchor &x before this alias"               },
        {"itself",            "a: &x\n  - *x\n",    "2: there is no anchor &x before this alias"               },
        {"a key",             "a: 1\n? [b]\n: 2\n", "2: a key must be a text"                                  },
        {"a NUL",             "\"a\\0b\": 1\n",     "1: a key must not contain a NUL character"                },
        {"a tag",             "a: !!binary x\n",    "1: this tag is none of CloudFormation's: remove it"       },
        {"two",               "a: 1\n---\nb: 2\n",  "2: a second document begins here: one is all that is read"},
        {"a tab",             "a:\n\tb: 1\n",
         "2: found character that cannot start any token while scanning for the next token (which "
         "began in line 2)"                                                                                    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].what, cases[i].yaml, cases[i].problem);
}

/* Each level has ten of the one before: 10^9 values. */
static void aliases_do_not_grow_without_bound(void **state)
{
    SCOPED_TEXT yaml = {0};
    SCOPED_TEXT out  = {0};

    text_append_string(&yaml, "l0: &l0 [x]\n");
    for (int i = 1; i < 10; i++) {
        text_append_format(&yaml, "l%d: &l%d [", i, i);
        for (int j = 0; j < 10; j++)
            text_append_format(&yaml, "%s*l%d", j > 0 ? "," : "", i - 1);
        text_append_string(&yaml, "]\n");
    }
    read_yaml(text_string(&yaml), yaml.size, &out);
    assert_string_equal(text_string(&out),
                        "7: the document has too many values, those of aliases included");
}

static void depth_is_bounded_with_aliases_and_without(void **state)
{
    SCOPED_TEXT brackets = {0};
    SCOPED_TEXT aliases  = {0};
    SCOPED_TEXT out      = {0};

    for (int i = 0; i < 5000; i++)
        text_append_character(&brackets, '[');
    read_yaml(text_string(&brackets), brackets.size, &out);
    assert_string_equal(text_string(&out), "1: nested too deep: 100 levels are allowed");

    text_clear(&out);
    text_append_string(&aliases, "- &a0 [x]\n");
    for (int i = 1; i < 200; i++)
        text_append_format(&aliases, "- &a%d [*a%d]\n", i, i - 1);
    read_yaml(text_string(&aliases), aliases.size, &out);
    assert_string_equal(text_string(&out), "100: nested too deep by aliases");
}

static void values_know_where_they_stand(void **state)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    const char yaml[]       = "a:\n  b: !Sub\n    - x\n";
    const struct json *b =
        json_find(json_find(yaml_parse(&arena, yaml, strlen(yaml), &error), "a"), "b");

    assert_non_null(b);
    assert_int_equal(b->line, 2);
    assert_int_equal(b->column, 3);
    assert_int_equal(b->first->first->line, 3);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_those_of_yaml_1_1),
        cmocka_unit_test(scalars_of_the_core_schema_are_those_of_yaml_1_2),
        cmocka_unit_test(short_tags_are_written_out),
        cmocka_unit_test(anchors_and_merge_keys_are_resolved),
        cmocka_unit_test(what_cannot_be_read_has_its_line),
        cmocka_unit_test(aliases_do_not_grow_without_bound),
        cmocka_unit_test(depth_is_bounded_with_aliases_and_without),
        cmocka_unit_test(values_know_where_they_stand),
    };

    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
