#include "gateway/throttling.h"

#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "gateway/snapshot.h"
#include "model/limits.h"

/* AWS: the regions whose quota is smaller, as far as "Amazon API Gateway quotas" named them. */
static const char *const small_regions[] = {"af-south-1", "eu-south-1"};

static const struct token_rate connect_rate = {CONNECT_RATE_MAX, CONNECT_BURST_MAX};

static const struct {
    const char *name;
    const char *text;
} throttles[] = {
    [THROTTLE_NONE]     = {"",                 ""                                                                                            },
    [THROTTLE_CONNECTS] = {"account-connects", "AWS lets an account have 500 new connections a "
                                               "second; --limits relaxed lifts that"           },
    [THROTTLE_REQUESTS] = {"account-requests", "AWS lets an account have 10000 requests a second "
                                               "over all its APIs; --limits relaxed lifts that"},
    [THROTTLE_ROUTE]    = {"route",            "the stage's throttlingRateLimit and "
                                       "throttlingBurstLimit allow no more"                               },
    [THROTTLE_KEY]      = {"usage-plan",       "the usage plan of the API key allows no more"                                                },
    [THROTTLE_QUOTA]    = {"usage-plan-quota", "the quota of the API key's usage plan is used up"                                            },
};

void throttling_init(struct throttling *throttling, bool is_lifted, const char *region)
{
    *throttling = (struct throttling){
        .is_lifted    = is_lifted,
        .request_rate = {REQUEST_RATE_MAX, REQUEST_BURST_MAX},
    };
    for (size_t i = 0; i < ARRAY_SIZE(small_regions); i++) {
        if (strcmp(region, small_regions[i]) == 0)
            throttling->request_rate =
                (struct token_rate){REQUEST_RATE_SMALL_REGION, REQUEST_BURST_SMALL_REGION};
    }
}

enum throttle throttling_request(struct throttling *throttling, struct snapshot_route *route,
                                 int64_t now)
{
    if (throttling->is_lifted)
        return THROTTLE_NONE;
    if (!token_bucket_take(&throttling->requests, &throttling->request_rate, now))
        return THROTTLE_REQUESTS;
    if (route && !token_bucket_take(&route->bucket, &route->throttle, now))
        return THROTTLE_ROUTE;
    return THROTTLE_NONE;
}

enum throttle throttling_connect(struct throttling *throttling, struct snapshot_route *route,
                                 int64_t now)
{
    if (!throttling->is_lifted && !token_bucket_take(&throttling->connects, &connect_rate, now))
        return THROTTLE_CONNECTS;
    return throttling_request(throttling, route, now);
}

const char *throttle_text(enum throttle throttle)
{
    return throttles[throttle].text;
}

const char *throttle_name(enum throttle throttle)
{
    return throttles[throttle].name;
}
