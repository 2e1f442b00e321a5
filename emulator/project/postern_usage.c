#include "project/postern_usage.h"

#include <string.h>

#include "base/id.h"
#include "base/memory.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/postern_stage.h"
#include "project/reading.h"
#include "json/json.h"
#include "json/nearest.h"

static char *derive_id(const char *name)
{
    char id[11];

    id_derive_api("usagePlans", name, id);
    return memory_copy_string(id);
}

static double read_limit(const struct json *throttle, const char *name, double otherwise)
{
    const struct json *member = json_find(throttle, name);

    return member && member->kind == JSON_NUMBER ? member->number : otherwise;
}

/* AWS?: of a throttle that says one of both, the other one is the account's. */
static void read_throttle(struct usage_plan *plan, const struct json *throttle)
{
    plan->is_throttled = throttle != NULL;
    if (throttle)
        plan->throttle = (struct token_rate){
            .per_second = read_limit(throttle, "rateLimit", REQUEST_RATE_MAX),
            .burst      = read_limit(throttle, "burstLimit", REQUEST_BURST_MAX),
        };
}

static void read_quota(struct reading *reading, struct usage_plan *plan, const struct json *quota,
                       const char *place)
{
    const char *period = json_find_string(quota, "period");
    int offset_max;

    if (!quota || !period || !quota_period_find(period, &plan->quota.period))
        return; /* the schema says so */
    plan->quota.limit  = reading_number(quota, "limit", 0);
    plan->quota.offset = reading_number(quota, "offset", 0);
    offset_max         = quota_offset_max(plan->quota.period);
    if (plan->quota.offset > offset_max)
        reading_error(reading, json_find(quota, "offset"),
                      "%s.quota.offset: a %s begins with a day from 0 to %d", place, period,
                      offset_max);
    if (plan->quota.offset < 0 || plan->quota.offset > offset_max)
        plan->quota.offset = 0;
}

static const struct json *elements(const struct json *object, const char *name)
{
    const struct json *array = json_find(object, name);

    return array && array->kind == JSON_ARRAY ? array->first : NULL;
}

static void read_stages(struct reading *reading, struct usage_plan *plan, const struct json *object,
                        const char *plan_place)
{
    SCOPED_MEMORY char *place = reading_place(plan_place, "apiStages");

    for (const struct json *value = elements(object, "apiStages"); value; value = value->next) {
        const char *stage;
        const struct api *api = postern_stage_find(reading, value, place, &stage);
        struct usage_plan_stage *added;

        if (!api)
            continue;
        if (usage_plan_has_stage(plan, api->api_id, stage)) {
            reading_error(reading, value, "%s: %s is there twice: remove one", place,
                          value->string);
            continue;
        }
        added         = usage_plan_add_stage(plan);
        added->api_id = memory_copy_string(api->api_id);
        added->stage  = memory_copy_string(stage);
    }
}

static void report_no_key(struct reading *reading, const struct json *name, const char *place)
{
    struct nearest nearest = {.wanted = name->string};

    for (size_t i = 0; i < reading->registry->api_key_count; i++)
        nearest_consider(&nearest, reading->registry->api_keys[i].name);
    if (nearest.found)
        reading_error(reading, name, "%s: there is no API key \"%s\": did you mean \"%s\"?", place,
                      name->string, nearest.found);
    else
        reading_error(reading, name, "%s: there is no API key \"%s\": define it under \"apiKeys\"",
                      place, name->string);
}

static const struct usage_plan_stage *find_common_stage(const struct usage_plan *a,
                                                        const struct usage_plan *b)
{
    for (size_t i = 0; i < a->stage_count; i++) {
        if (usage_plan_has_stage(b, a->stages[i].api_id, a->stages[i].stage))
            return &a->stages[i];
    }
    return NULL;
}

/* AWS: a key is in one plan of a stage at most. */
static void want_one_plan(struct reading *reading, const struct usage_plan *plan,
                          const struct json *name, const char *place)
{
    const struct registry *registry = reading->registry;

    for (size_t i = 0; i < registry->usage_plan_count; i++) {
        const struct usage_plan *other       = &registry->usage_plans[i];
        const struct usage_plan_stage *stage = NULL;

        if (other != plan && usage_plan_has_key(other, name->string))
            stage = find_common_stage(other, plan);
        if (stage)
            reading_error(reading, name,
                          "%s: AWS lets a key be in one usage plan of a stage only, and %s has the "
                          "key \"%s\" and the stage %s of %s, too",
                          place, other->name, name->string, stage->stage,
                          registry_find_api(registry, stage->api_id)->name);
    }
}

static void read_keys(struct reading *reading, struct usage_plan *plan, const struct json *object,
                      const char *plan_place)
{
    SCOPED_MEMORY char *place = reading_place(plan_place, "apiKeys");

    for (const struct json *value = elements(object, "apiKeys"); value; value = value->next) {
        if (value->kind != JSON_STRING)
            continue;
        if (!registry_find_api_key(reading->registry, value->string))
            report_no_key(reading, value, place);
        else if (usage_plan_has_key(plan, value->string))
            reading_error(reading, value, "%s: %s is there twice: remove one", place,
                          value->string);
        else
            want_one_plan(reading, plan, value, place);
        usage_plan_add_key(plan, value->string);
    }
}

void postern_usage_plan_read(struct reading *reading, const struct json *object)
{
    SCOPED_MEMORY char *place = reading_place("usagePlans", object->name);
    struct usage_plan *plan   = registry_add_usage_plan(reading->registry);

    plan->name = memory_copy_string(object->name);
    plan->id   = derive_id(object->name);
    read_throttle(plan, json_find(object, "throttle"));
    read_quota(reading, plan, json_find(object, "quota"), place);
    read_stages(reading, plan, object, place);
    read_keys(reading, plan, object, place);
}

static bool is_covered(const struct registry *registry, const struct api *api,
                       const struct stage *stage)
{
    for (size_t i = 0; i < registry->usage_plan_count; i++) {
        if (usage_plan_has_stage(&registry->usage_plans[i], api->api_id, stage->stage_name))
            return true;
    }
    return false;
}

void postern_usage_check(struct reading *reading)
{
    const struct registry *registry = reading->registry;

    for (size_t i = 0; registry->usage_plan_count > 0 && i < registry->api_count; i++) {
        const struct api *api       = &registry->apis[i];
        const struct route *connect = api_find_route(api, "$connect");

        for (size_t j = 0; connect && connect->api_key_required && j < api->stage_count; j++) {
            if (!is_covered(registry, api, &api->stages[j]))
                reading_warn(reading, json_find(reading->document, "usagePlans"),
                             "usagePlans: no plan has the stage %s of %s, whose $connect asks for "
                             "an API key: nobody gets in there",
                             api->stages[j].stage_name, api->name);
        }
    }
}
