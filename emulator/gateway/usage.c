#include "gateway/usage.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "model/registry.h"

/* One key in one plan. */
struct meter {
    char *name; /* "plan/key", of their ids */
    char *plan;
    bool is_throttled;
    struct token_rate throttle;
    struct token_bucket bucket;
    struct quota quota;
    int64_t period; /* when it began */
    int64_t count;  /* of requests in it */
};

/* Where a key is metered. */
struct place {
    char *name; /* "api/stage/key", of their ids */
    struct meter *meter;
};

struct usage {
    bool is_lifted;
    bool has_plans;
    struct map meters; /* by their names */
    struct map places;
};

struct usage *usage_new(bool is_lifted)
{
    struct usage *usage = NEW(struct usage);

    usage->is_lifted = is_lifted;
    return usage;
}

static void free_places(struct map *places)
{
    struct place *place;

    for (size_t at = 0; (place = map_next(places, &at));) {
        free(place->name);
        free(place);
    }
    map_deinit(places);
    *places = (struct map){0};
}

static void free_meters(struct map *meters)
{
    struct meter *meter;

    for (size_t at = 0; (meter = map_next(meters, &at));) {
        free(meter->name);
        free(meter->plan);
        free(meter);
    }
    map_deinit(meters);
    *meters = (struct map){0};
}

void usage_free(struct usage *usage)
{
    free_places(&usage->places);
    free_meters(&usage->meters);
    free(usage);
}

static struct meter *add_meter(struct usage *usage, const struct map *before,
                               const struct usage_plan *plan, const struct api_key *key)
{
    struct meter *meter = NEW(struct meter);
    const struct meter *old;

    meter->name = memory_format("%s/%s", plan->id, key->id);
    old         = map_find(before, meter->name);
    if (old) {
        meter->bucket = old->bucket;
        meter->period = old->period;
        meter->count  = old->count;
    }
    meter->plan         = memory_copy_string(plan->name);
    meter->is_throttled = plan->is_throttled;
    meter->throttle     = plan->throttle;
    meter->quota        = plan->quota;
    map_put(&usage->meters, meter->name, meter);
    return meter;
}

static void add_place(struct usage *usage, const struct usage_plan_stage *stage,
                      const struct api_key *key, struct meter *meter)
{
    struct place *place = NEW(struct place);

    place->name  = memory_format("%s/%s/%s", stage->api_id, stage->stage, key->id);
    place->meter = meter;
    map_put(&usage->places, place->name, place);
}

void usage_deploy(struct usage *usage, const struct registry *registry)
{
    struct map before = usage->meters;

    usage->meters    = (struct map){0};
    usage->has_plans = registry->usage_plan_count > 0;
    free_places(&usage->places);
    for (size_t i = 0; i < registry->usage_plan_count; i++) {
        const struct usage_plan *plan = &registry->usage_plans[i];

        for (size_t j = 0; j < plan->key_count; j++) {
            const struct api_key *key = registry_find_api_key(registry, plan->keys[j]);
            struct meter *meter       = add_meter(usage, &before, plan, key);

            for (size_t k = 0; k < plan->stage_count; k++)
                add_place(usage, &plan->stages[k], key, meter);
        }
    }
    free_meters(&before);
}

void usage_reset(struct usage *usage)
{
    struct meter *meter;

    for (size_t at = 0; (meter = map_next(&usage->meters, &at));) {
        meter->bucket = (struct token_bucket){0};
        meter->count  = 0;
    }
}

static bool has_quota_left(struct meter *meter, int64_t now)
{
    int64_t period = quota_period_start(&meter->quota, now);

    if (period != meter->period)
        meter->count = 0;
    meter->period = period;
    if (meter->quota.limit > 0 && meter->count >= meter->quota.limit)
        return false;
    meter->count++;
    return true;
}

enum usage_verdict usage_take(struct usage *usage, const char *api_id, const char *stage,
                              const char *key_id, int64_t microseconds, int64_t now,
                              struct usage_limits *limits)
{
    SCOPED_MEMORY char *name = NULL;
    struct place *place;
    struct meter *meter;

    *limits = (struct usage_limits){0};
    if (!usage->has_plans)
        return USAGE_GRANTED;
    name  = memory_format("%s/%s/%s", api_id, stage, key_id);
    place = map_find(&usage->places, name);
    if (!place)
        return USAGE_NO_PLAN;
    meter   = place->meter;
    *limits = (struct usage_limits){meter->plan, &meter->throttle, &meter->quota};
    if (usage->is_lifted)
        return USAGE_GRANTED;
    if (meter->is_throttled && !token_bucket_take(&meter->bucket, &meter->throttle, microseconds))
        return USAGE_THROTTLED;
    return has_quota_left(meter, now) ? USAGE_GRANTED : USAGE_QUOTA_EXCEEDED;
}
