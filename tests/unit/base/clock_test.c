#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"

static void times_are_written_as_aws_writes_them(void **state)
{
    static const struct {
        const char *what;
        int64_t milliseconds;
        const char *request_time;
        const char *iso;
    } cases[] = {
        {"the beginning",   0,             "01/Jan/1970:00:00:00 +0000", "1970-01-01T00:00:00.000Z"},
        {"an event of AWS", 1731324924553, "11/Nov/2024:11:35:24 +0000",
         "2024-11-11T11:35:24.553Z"                                                                },
        {"a leap day",      1709164799999, "28/Feb/2024:23:59:59 +0000", "2024-02-28T23:59:59.999Z"},
        {"just behind it",  1709164800000, "29/Feb/2024:00:00:00 +0000", "2024-02-29T00:00:00.000Z"},
        {"the year's end",  1735689599001, "31/Dec/2024:23:59:59 +0000", "2024-12-31T23:59:59.001Z"},
        {"beyond 32 bits",  4102444800000, "01/Jan/2100:00:00:00 +0000", "2100-01-01T00:00:00.000Z"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char request_time[CLOCK_REQUEST_TIME_SIZE];
        char iso[CLOCK_ISO_SIZE];

        clock_format_request_time(cases[i].milliseconds, request_time);
        clock_format_iso(cases[i].milliseconds, iso);
        assert_string_equal(request_time, cases[i].request_time);
        assert_string_equal(iso, cases[i].iso);
    }
}

static void the_time_is_that_of_the_system_in_milliseconds(void **state)
{
    int64_t before = (int64_t)time(NULL) * 1000;
    int64_t now    = clock_milliseconds();

    assert_true(now >= before);
    assert_true(now < before + 10000);
}

static void durations_never_run_backwards(void **state)
{
    int64_t last = clock_microseconds();

    for (size_t i = 0; i < 1000; i++) {
        int64_t now = clock_microseconds();

        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_as_aws_writes_them),
        cmocka_unit_test(the_time_is_that_of_the_system_in_milliseconds),
        cmocka_unit_test(durations_never_run_backwards),
    };

    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
