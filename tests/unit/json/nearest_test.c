#include "json/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static const char *find(const char *wanted)
{
    static const char *const names[] = {"runtime",     "handler", "command",
                                        "codeUri",     "timeout", "environment",
                                        "concurrency", "url",     "id"};
    struct nearest nearest           = {.wanted = wanted};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        nearest_consider(&nearest, names[i]);
    return nearest.found;
}

static void slips_of_the_hand_are_understood(void **state)
{
    static const struct {
        const char *what;
        const char *wanted;
        const char *expected; /* NULL: like none */
    } cases[] = {
        {"a letter missing",    "runtim",                                          "runtime"    },
        {"a letter doubled",    "handdler",                                        "handler"    },
        {"another letter",      "commend",                                         "command"    },
        {"two letters swapped", "tiemout",                                         "timeout"    },
        {"other case",          "codeURI",                                         "codeUri"    },
        {"a beginning",         "env",                                             "environment"},
        {"an end too much",     "timeoutSeconds",                                  "timeout"    },
        {"two mistakes",        "concurency_",                                     "concurrency"},
        {"a short name",        "ud",                                              "id"         },
        {"something else",      "memory",                                          NULL         },
        {"something short",     "xy",                                              NULL         },
        {"nothing",             "",                                                NULL         },
        {"something very long",
         "runtimeruntimeruntimeruntimeruntimeruntimeruntimeruntimeruntimeruntime", NULL         },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *found = find(cases[i].wanted);

        if (!found != !cases[i].expected || (found && strcmp(found, cases[i].expected) != 0))
            fail_msg("%s: %s", cases[i].what, found ? found : "none");
    }
}

static void of_two_the_nearer_one_is_found_in_either_order(void **state)
{
    struct nearest first = {.wanted = "stages"};
    struct nearest last  = {.wanted = "stages"};

    nearest_consider(&first, "stage");
    nearest_consider(&first, "stags");
    nearest_consider(&first, "usages");
    nearest_consider(&last, "usages");
    nearest_consider(&last, "stage");
    assert_string_equal(first.found, "stage");
    assert_string_equal(last.found, "stage");
    assert_int_equal(last.distance, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_hand_are_understood),
        cmocka_unit_test(of_two_the_nearer_one_is_found_in_either_order),
    };

    return cmocka_run_group_tests_name("json/nearest", tests, NULL, NULL);
}
