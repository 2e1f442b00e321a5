#pragma once

/*
 * What API keys may still ask for, by the usage plans that they belong to. Plans aren't part of a
 * deployment: what is configured last counts for everybody. What was used is kept in memory: a
 * restart forgets it.
 *
 * AWS: "Usage plans and API keys for REST APIs": a plan's throttle and quota are each key's own,
 * over all stages of the plan together; a key that is in no plan of the stage is refused. AWS?:
 * connecting is the one request of a WebSocket API that has a key, so it alone is counted, also
 * where the authorizer or $connect refuses it later; what is throttled isn't counted.
 */

#include <stdbool.h>
#include <stdint.h>

struct quota;
struct registry;
struct token_rate;
struct usage;

enum usage_verdict {
    USAGE_GRANTED,
    USAGE_NO_PLAN,        /* there are plans, and none of them has key and stage */
    USAGE_THROTTLED,      /* too many at once */
    USAGE_QUOTA_EXCEEDED, /* too many in the period */
};

/* is_lifted: nothing is throttled or counted, as with --limits relaxed. */
struct usage *usage_new(bool is_lifted);
void usage_free(struct usage *usage);

/* Takes the registry's plans; keys that keep their plan keep what they have used. */
void usage_deploy(struct usage *usage, const struct registry *registry);

/* Nobody has used anything. */
void usage_reset(struct usage *usage);

/* The limits that decided; plan is NULL if none did. Borrowed until the next usage_deploy(). */
struct usage_limits {
    const char *plan;
    const struct token_rate *throttle;
    const struct quota *quota;
};

/*
 * One more request with the key to the stage. Of two times, the first is of a clock that never
 * jumps, in microseconds, the other one in ms since 1970. Where there are no plans at all every key
 * is granted.
 */
enum usage_verdict usage_take(struct usage *usage, const char *api_id, const char *stage,
                              const char *key_id, int64_t microseconds, int64_t now,
                              struct usage_limits *limits);
