#include "gateway/throttling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "gateway/snapshot.h"

#define SECOND 1000000

/* How many of count requests at once pass, and what the last one exceeds. */
struct outcome {
    unsigned granted;
    enum throttle last;
};

static struct outcome ask(struct throttling *throttling,
                          enum throttle (*what)(struct throttling *throttling,
                                                struct snapshot_route *route, int64_t now),
                          struct snapshot_route *route, unsigned count, int64_t now)
{
    struct outcome outcome = {0};

    for (unsigned i = 0; i < count; i++) {
        outcome.last = what(throttling, route, now);
        outcome.granted += outcome.last == THROTTLE_NONE;
    }
    return outcome;
}

static void assert_outcome(struct outcome outcome, unsigned granted, enum throttle last)
{
    assert_int_equal(outcome.granted, granted);
    assert_int_equal(outcome.last, last);
}

static void throttling_has_aws_limits_of_an_account(void **state)
{
    static const struct {
        const char *region;
        unsigned burst;
        unsigned rate;
    } cases[] = {
        {"us-east-1",  5000, 10000},
        {"eu-west-1",  5000, 10000},
        {"af-south-1", 1250, 2500 },
        {"eu-south-1", 1250, 2500 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct throttling throttling;

        throttling_init(&throttling, false, cases[i].region);
        assert_outcome(ask(&throttling, throttling_connect, NULL, 600, 0), 500, THROTTLE_CONNECTS);
        assert_outcome(ask(&throttling, throttling_connect, NULL, 600, SECOND / 2), 250,
                       THROTTLE_CONNECTS);
        assert_outcome(ask(&throttling, throttling_request, NULL, 6000, SECOND * 10),
                       cases[i].burst, THROTTLE_REQUESTS);
        assert_outcome(ask(&throttling, throttling_request, NULL, 6000, SECOND * 10 + SECOND / 4),
                       cases[i].rate / 4, THROTTLE_REQUESTS);
    }
}

static void throttling_counts_connections_as_requests_too(void **state)
{
    struct throttling throttling;

    throttling_init(&throttling, false, "us-east-1");
    assert_outcome(ask(&throttling, throttling_request, NULL, 4900, 0), 4900, THROTTLE_NONE);
    assert_outcome(ask(&throttling, throttling_connect, NULL, 200, 0), 100, THROTTLE_REQUESTS);
}

static void throttling_keeps_routes_apart(void **state)
{
    struct snapshot_route a = {
        .throttle = {1, 3}
    };
    struct snapshot_route b = {
        .throttle = {1, 2}
    };
    struct throttling throttling;

    throttling_init(&throttling, false, "us-east-1");
    assert_outcome(ask(&throttling, throttling_request, &a, 5, 0), 3, THROTTLE_ROUTE);
    assert_outcome(ask(&throttling, throttling_connect, &b, 5, 0), 2, THROTTLE_ROUTE);
    assert_outcome(ask(&throttling, throttling_request, NULL, 5, 0), 5, THROTTLE_NONE);
}

static void throttling_can_be_lifted(void **state)
{
    struct snapshot_route none = {0};
    struct throttling throttling;

    throttling_init(&throttling, true, "us-east-1");
    assert_outcome(ask(&throttling, throttling_connect, &none, 20000, 0), 20000, THROTTLE_NONE);
    assert_outcome(ask(&throttling, throttling_request, &none, 20000, 0), 20000, THROTTLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(throttling_has_aws_limits_of_an_account),
        cmocka_unit_test(throttling_counts_connections_as_requests_too),
        cmocka_unit_test(throttling_keeps_routes_apart),
        cmocka_unit_test(throttling_can_be_lifted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
