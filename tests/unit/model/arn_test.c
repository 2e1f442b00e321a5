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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_region_tells_the_partition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
