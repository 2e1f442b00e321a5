#include "model/token_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

#define STEPS_MAX 6

/* Asks count times at that millisecond; so many get a token. */
struct step {
    int64_t at;
    unsigned count;
    unsigned granted;
};

static void token_bucket_take_keeps_to_its_rate(void **state)
{
    static const struct {
        const char *what;
        struct token_rate rate;
        struct step steps[STEPS_MAX];
    } cases[] = {
        {"a new one holds its burst",      {10, 5},   {{1000000, 7, 5}}                       },
        {"at the clock's zero too",        {10, 5},   {{0, 7, 5}}                             },
        {"tokens come back one by one",    {10, 2},   {{0, 3, 2}, {100, 2, 1}, {300, 3, 2}}   },
        {"not more than the burst",        {10, 2},   {{0, 2, 2}, {3600000, 5, 2}}            },
        {"half a token is none",           {10, 1},   {{0, 1, 1}, {50, 1, 0}, {101, 1, 1}}    },
        {"refusals cost nothing",          {10, 1},   {{0, 1000, 1}, {101, 1, 1}}             },
        {"less than one a second",         {0.5, 1},  {{0, 2, 1}, {1900, 1, 0}, {2001, 1, 1}} },
        {"a rate of nothing is the burst", {0, 2},    {{0, 3, 2}, {3600000, 1, 0}}            },
        {"a burst of nothing is nothing",  {10, 0},   {{0, 1, 0}, {3600000, 1, 0}}            },
        {"a burst below one is nothing",   {10, 0.5}, {{0, 1, 0}, {1000, 1, 0}}               },
        {"a clock that goes back",         {10, 1},   {{1000, 1, 1}, {500, 1, 0}, {601, 1, 1}}},
        {"AWS's of an account",
         {10000, 5000},
         {{0, 6000, 5000}, {100, 2000, 1000}, {1100, 20000, 5000}}                            },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct token_bucket bucket = {0};

        for (size_t j = 0; j < STEPS_MAX && cases[i].steps[j].count > 0; j++) {
            const struct step *step = &cases[i].steps[j];
            unsigned granted        = 0;

            for (unsigned k = 0; k < step->count; k++)
                granted += token_bucket_take(&bucket, &cases[i].rate, step->at * 1000);
            if (granted != step->granted)
                fail_msg("%s, step %zu: %u instead of %u", cases[i].what, j, granted,
                         step->granted);
        }
    }
}

static void token_bucket_take_follows_a_changed_rate(void **state)
{
    const struct token_rate wide   = {10, 5};
    const struct token_rate narrow = {10, 1};
    struct token_bucket bucket     = {0};

    for (int i = 0; i < 5; i++)
        assert_true(token_bucket_take(&bucket, &wide, 0));
    assert_false(token_bucket_take(&bucket, &narrow, 101000));
    assert_true(token_bucket_take(&bucket, &wide, 101000));
    assert_true(token_bucket_take(&bucket, &narrow, 1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_bucket_take_keeps_to_its_rate),
        cmocka_unit_test(token_bucket_take_follows_a_changed_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
