#include "gateway/policy_match.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

static void the_parts_of_an_arn_are_compared_alone(void **state)
{
    static const struct {
        const char *pattern;
        const char *arn;
        bool expected;
    } cases[] = {
        {"arn:aws:s3:::bucket",    "arn:aws:s3:::bucket",                true },
        {"arn:aws:s3:::b*",        "arn:aws:s3:::bucket/a:b",            true },
        {"arn:aws:*:*:*:*",        "arn:aws:iam::123456789012:user/u",   true },
        {"arn:aws:iam::*:user/?",  "arn:aws:iam::123456789012:user/u",   true },
        {"arn:*:user/u",           "arn:aws:iam::123456789012:user/u",   false},
        {"arn:aws:iam::*",         "arn:aws:iam::123456789012:user/u",   false},
        {"*",                      "arn:aws:iam::123456789012:user/u",   false},
        {"arn:aws:IAM::*:user/u",  "arn:aws:iam::123456789012:user/u",   false},
        {"arn:aws:s3:::",          "arn:aws:s3:::",                      true },
        {"",                       "",                                   false},
        {"arn:aws:*::*:user/**u?", "arn:aws:iam::123456789012:user/uuu", true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (policy_match_arn(cases[i].pattern, cases[i].arn) != cases[i].expected)
            fail_msg("%s on %s", cases[i].pattern, cases[i].arn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_an_arn_are_compared_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
