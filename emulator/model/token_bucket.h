#pragma once

/*
 * A token bucket: so many a second in the long run, and a burst at once. It is fed with the time.
 *
 * AWS: "Throttle requests to your WebSocket APIs".
 */

#include <stdbool.h>
#include <stdint.h>

struct token_rate {
    double per_second; /* tokens that come back */
    double burst;      /* that the bucket holds: at most so many at once */
};

/* Zeroed, it is full. */
struct token_bucket {
    double taken;     /* tokens that haven't come back */
    int64_t taken_at; /* when that was so; microseconds of a clock that never jumps */
};

/* Takes a token. False, and nothing is taken, if there is none. The rate may differ from last
 * time's. */
bool token_bucket_take(struct token_bucket *bucket, const struct token_rate *rate, int64_t now);
