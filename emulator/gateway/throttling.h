#pragma once

/*
 * Which requests are too many: by the account's limits, which all APIs share, and by those of the
 * route in its stage. Knows no connections and no time; what is answered is the caller's affair.
 *
 * AWS: "Throttle requests to your WebSocket APIs". AWS?: a message or call that a route refuses
 * has nevertheless taken its share of the account's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "model/token_bucket.h"

struct snapshot_route;

enum throttle {
    THROTTLE_NONE,     /* go on */
    THROTTLE_CONNECTS, /* the account's new connections */
    THROTTLE_REQUESTS, /* the account's requests */
    THROTTLE_ROUTE,    /* the stage's settings */
    THROTTLE_KEY,      /* an API key's usage plan: usage.h, which decides these two */
    THROTTLE_QUOTA,
};

#define THROTTLES (THROTTLE_QUOTA + 1)

struct throttling {
    bool is_lifted; /* --limits relaxed */
    struct token_rate request_rate;
    struct token_bucket connects;
    struct token_bucket requests;
};

void throttling_init(struct throttling *throttling, bool is_lifted, const char *region);

/* A new connection, by way of its $connect route; NULL: there is none. now as token_bucket.h has
 * it. */
enum throttle throttling_connect(struct throttling *throttling, struct snapshot_route *route,
                                 int64_t now);

/* A message to a route, which may be NULL, or a call of @connections, which has none. */
enum throttle throttling_request(struct throttling *throttling, struct snapshot_route *route,
                                 int64_t now);

/* What was exceeded, in words, static. */
const char *throttle_text(enum throttle throttle);

/* "account-connects": for metrics. */
const char *throttle_name(enum throttle throttle);
