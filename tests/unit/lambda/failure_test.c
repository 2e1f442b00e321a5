#include "lambda/failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "lambda/lambda.h"

static void a_payload_is_told_by_its_type_and_message(void **state)
{
    static const struct {
        const char *what;
        const char *payload;
        const char *expected;
    } cases[] = {
        {"both",             "{\"errorType\":\"Error\",\"errorMessage\":\"no \\\"room\\\"\",\"trace\":[\"x\"]}",
         "Error: no \"room\""                                                                                                        },
        {"a type alone",     "{\"errorType\":\"Mine\"}",                                                         "Mine"              },
        {"a message alone",  "{\"errorMessage\":\"broken\"}",                                                    "broken"            },
        {"an empty message", "{\"errorType\":\"Runtime.Unknown\",\"errorMessage\":\"\"}",
         "Runtime.Unknown"                                                                                                           },
        {"no strings",       "{\"errorType\":1,\"errorMessage\":null}",
         "{\"errorType\":1,\"errorMessage\":null}"                                                                                   },
        {"another object",   "{\"code\":7}",                                                                     "{\"code\":7}"      },
        {"no JSON",          "Segmentation fault",                                                               "Segmentation fault"},
        {"nothing",          "",                                                                                 ""                  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        failure_describe_payload(cases[i].payload, strlen(cases[i].payload), &out);
        if (!text_equals(&out, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&out));
    }
}

static void a_long_payload_is_cut_between_characters(void **state)
{
    SCOPED_TEXT payload = {0};
    SCOPED_TEXT out     = {0};

    text_append_string(&payload, "{\"errorMessage\":\"");
    for (int i = 0; i < 1000; i++)
        text_append_string(&payload, "\xc3\xa9");
    text_append_string(&payload, "\"}");
    failure_describe_payload(payload.data, payload.size, &out);
    assert_int_equal(out.size, 1000 + strlen("…"));
    assert_string_equal(text_string(&out) + 998, "\xc3\xa9…");
}

static void an_invocation_without_an_answer_is_told_by_its_outcome(void **state)
{
    struct invocation invocation = {.outcome = INVOCATION_TIMED_OUT};
    SCOPED_TEXT late             = {0};
    SCOPED_TEXT failed           = {0};

    failure_describe(&invocation, &late);
    assert_non_null(strstr(text_string(&late), "at most 29 s on AWS"));
    invocation.outcome = INVOCATION_FUNCTION_ERROR;
    text_append_string(&invocation.payload, "{\"errorType\":\"Error\"}");
    failure_describe(&invocation, &failed);
    assert_string_equal(text_string(&failed), "Error");
    text_deinit(&invocation.payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_told_by_its_type_and_message),
        cmocka_unit_test(a_long_payload_is_cut_between_characters),
        cmocka_unit_test(an_invocation_without_an_answer_is_told_by_its_outcome),
    };

    return cmocka_run_group_tests_name("lambda/failure", tests, NULL, NULL);
}
