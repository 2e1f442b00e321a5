#include "json/java_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/scanner.h"

static void values_are_shown_as_java_shows_them(void **state)
{
    static const struct {
        const char *what;
        const char *json;
        const char *expected;
    } cases[] = {
        {"a string",              "\"join\"",                                "join"          },
        {"an empty string",       "\"\"",                                    ""              },
        {"a string with escapes", "\"a\\\"b\\u00e9\"",                       "a\"b\xc3\xa9"  },
        {"punctuation in one",    "\"a,b:{c} [d]\"",                         "a,b:{c} [d]"   },
        {"a number's spelling",   "-1.50e+2",                                "-1.50e+2"      },
        {"true",                  "true",                                    "true"          },
        {"false",                 "false",                                   "false"         },
        {"null",                  "null",                                    "null"          },
        {"an array",              "[ \"item1\",\"item2\" ]",                 "[item1, item2]"},
        {"an empty array",        "[ ]",                                     "[]"            },
        {"one element",           "[ 1 ]",                                   "[1]"           },
        {"an object",             "{ \"k\" : \"v\",\"k2\":\"v2\" }",         "{k=v, k2=v2}"  },
        {"an empty object",       "{\n}",                                    "{}"            },
        {"all kinds nested",      "{\"a\":[1,{\"b\":null}, true],\"c\":{}}",
         "{a=[1, {b=null}, true], c={}}"                                                     },
        {"white space",           "[1 ,\t2\r\n, false ]",                    "[1, 2, false]" },
    };
    const struct json_path whole = {NULL, 0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};
        struct json_span span;

        assert_true(json_scan(cases[i].json, strlen(cases[i].json), &whole, &span, 1));
        text_append_string(&out, "<");
        java_text_print(&span, &out);
        if (strcmp(text_string(&out) + 1, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].what, text_string(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shown_as_java_shows_them),
    };

    return cmocka_run_group_tests_name("json/java_text", tests, NULL, NULL);
}
