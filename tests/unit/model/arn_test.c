#include "model/arn.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

static void the_region_tells_the_partition(void **state)
{
    static const struct {
        const char *region;
        const char *expected;
    } cases[] = {
        {"eu-central-1",  "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/$connect" },
        {"cn-north-1",    "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/dev/$connect"},
        {"us-gov-west-1",
         "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5/dev/$connect"          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *arn =
            arn_execute_api(cases[i].region, "123456789012", "a1b2c3d4e5", "dev", "$connect");

        assert_string_equal(arn, cases[i].expected);
    }
}

static void the_name_of_a_function_is_found_in_what_is_around_it(void **state)
{
    static const struct {
        const char *string;
        const char *expected; /* NULL: there is none */
    } cases[] = {
        {"arn:aws:lambda:us-east-1:000000000000:function:chat", "chat"},
        {"arn:aws-cn:lambda:cn-north-1:1:function:chat:live",   "chat"},
        {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:"
         "function:chat/invocations",                  "chat"},
        {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:"
         "function:chat:live/invocations",             "chat"},
        {"arn:aws:lambda:us-east-1:1:function:",                ""    },
        {"arn:aws:sqs:us-east-1:1:chat",                        NULL  },
        {"",                                                    NULL  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size                 = 0;
        const char *found           = arn_find_function(cases[i].string, &size);
        SCOPED_MEMORY char *trimmed = found ? memory_copy(found, size) : NULL;

        if (cases[i].expected)
            assert_string_equal(trimmed, cases[i].expected);
        else
            assert_null(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_region_tells_the_partition),
        cmocka_unit_test(the_name_of_a_function_is_found_in_what_is_around_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
