#include "json/indent.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void json_indent_puts_a_member_on_a_line(void **state)
{
    static const struct {
        const char *json;
        const char *expected;
    } cases[] = {
        {"1",                              "1"                                           },
        {"\"a,b:{}\\\"[]\\\\\"",           "\"a,b:{}\\\"[]\\\\\""                        },
        {"{}",                             "{}"                                          },
        {"[]",                             "[]"                                          },
        {"{\"a\":1,\"b\":\"x\"}",          "{\n  \"a\": 1,\n  \"b\": \"x\"\n}"           },
        {"[1,[],{},[true]]",               "[\n  1,\n  [],\n  {},\n  [\n    true\n  ]\n]"},
        {"{\"a\":{\"b\":[null]},\"c\":2}",
         "{\n  \"a\": {\n    \"b\": [\n      null\n    ]\n  },\n  \"c\": 2\n}"           },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        json_indent(cases[i].json, strlen(cases[i].json), &out);
        assert_string_equal(text_string(&out), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_indent_puts_a_member_on_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
