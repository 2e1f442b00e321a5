#include "model/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"

static int64_t milliseconds(const char *when)
{
    struct tm date = {0};

    assert_non_null(strptime(when, "%Y-%m-%d %H:%M:%S", &date));
    return (int64_t)timegm(&date) * 1000;
}

static void a_period_begins_with_its_day(void **state)
{
    static const struct {
        enum quota_period period;
        int offset;
        const char *now;
        const char *start;
    } cases[] = {
        {QUOTA_DAY,   0,  "2026-11-24 23:59:59", "2026-11-24 00:00:00"},
        {QUOTA_DAY,   0,  "2026-11-25 00:00:00", "2026-11-25 00:00:00"},
        {QUOTA_DAY,   0,  "1969-12-31 12:00:00", "1969-12-31 00:00:00"},
        {QUOTA_WEEK,  0,  "2026-11-24 12:00:00", "2026-11-22 00:00:00"},
        {QUOTA_WEEK,  0,  "2026-11-22 00:00:00", "2026-11-22 00:00:00"},
        {QUOTA_WEEK,  1,  "2026-11-22 12:00:00", "2026-11-16 00:00:00"},
        {QUOTA_WEEK,  6,  "2026-11-24 12:00:00", "2026-11-21 00:00:00"},
        {QUOTA_MONTH, 0,  "2026-11-24 12:00:00", "2026-11-01 00:00:00"},
        {QUOTA_MONTH, 0,  "2028-02-29 12:00:00", "2028-02-01 00:00:00"},
        {QUOTA_MONTH, 24, "2026-11-24 12:00:00", "2026-10-25 00:00:00"},
        {QUOTA_MONTH, 23, "2026-11-24 00:00:00", "2026-11-24 00:00:00"},
        {QUOTA_MONTH, 27, "2027-01-05 00:00:00", "2026-12-28 00:00:00"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct quota quota = {1, cases[i].period, cases[i].offset};

        assert_int_equal(quota_period_start(&quota, milliseconds(cases[i].now)),
                         milliseconds(cases[i].start));
    }
}

static void periods_have_awss_names(void **state)
{
    enum quota_period period = QUOTA_DAY;

    assert_true(quota_period_find("MONTH", &period));
    assert_int_equal(period, QUOTA_MONTH);
    assert_string_equal(quota_period_text(period), "a month");
    assert_false(quota_period_find("YEAR", &period));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_begins_with_its_day),
        cmocka_unit_test(periods_have_awss_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
