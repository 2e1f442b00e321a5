#include "gateway/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "model/registry.h"

#define SECOND 1000000
#define DAY    (INT64_C(86400) * 1000)

static void add_key(struct registry *registry, const char *name)
{
    struct api_key *key = registry_add_api_key(registry);

    key->id   = memory_format("id-%s", name);
    key->name = memory_copy_string(name);
}

static struct usage_plan *add_plan(struct registry *registry, const char *name)
{
    struct usage_plan *plan = registry_add_usage_plan(registry);

    plan->id   = memory_format("id-%s", name);
    plan->name = memory_copy_string(name);
    return plan;
}

static void add_stage(struct usage_plan *plan, const char *name)
{
    struct usage_plan_stage *stage = usage_plan_add_stage(plan);

    stage->api_id = memory_copy_string("chat000001");
    stage->stage  = memory_copy_string(name);
}

/* The keys a and b; a plan of both stages for a, whose limits are the caller's to add. */
static struct usage_plan *fill(struct registry *registry)
{
    struct usage_plan *plan;

    add_key(registry, "a");
    add_key(registry, "b");
    plan = add_plan(registry, "basic");
    add_stage(plan, "dev");
    add_stage(plan, "prod");
    usage_plan_add_key(plan, "a");
    return plan;
}

static struct usage *deploy(bool is_lifted, const struct registry *registry)
{
    struct usage *usage = usage_new(is_lifted);

    usage_deploy(usage, registry);
    return usage;
}

static enum usage_verdict take(struct usage *usage, const char *stage, const char *key,
                               int64_t microseconds, int64_t now)
{
    struct usage_limits limits;

    return usage_take(usage, "chat000001", stage, key, microseconds, now, &limits);
}

static void a_key_needs_a_plan_where_there_are_plans(void **state)
{
    struct registry registry = {0};
    struct registry none     = {0};
    struct usage *usage;

    fill(&registry);
    usage = deploy(false, &registry);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-b", 0, 0), USAGE_NO_PLAN);
    assert_int_equal(take(usage, "test", "id-a", 0, 0), USAGE_NO_PLAN);
    usage_deploy(usage, &none);
    assert_int_equal(take(usage, "dev", "id-b", 0, 0), USAGE_GRANTED);
    usage_free(usage);
    registry_deinit(&registry);
}

static void limits_are_those_of_a_key_over_all_stages(void **state)
{
    struct registry registry = {0};
    struct usage_plan *plan  = fill(&registry);
    struct usage *usage;

    plan->is_throttled = true;
    plan->throttle     = (struct token_rate){1, 2};
    usage_plan_add_key(plan, "b");
    usage = deploy(false, &registry);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "prod", "id-a", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_THROTTLED);
    assert_int_equal(take(usage, "dev", "id-b", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-a", SECOND, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-a", SECOND, 0), USAGE_THROTTLED);
    usage_free(usage);
    registry_deinit(&registry);
}

static void a_quota_is_used_up_until_its_period_ends(void **state)
{
    struct registry registry   = {0};
    struct usage_plan *plan    = fill(&registry);
    struct usage_limits limits = {0};
    struct usage *usage;

    plan->quota = (struct quota){2, QUOTA_DAY, 0};
    usage       = deploy(false, &registry);
    assert_int_equal(take(usage, "dev", "id-a", 0, DAY), USAGE_GRANTED);
    assert_int_equal(take(usage, "prod", "id-a", 0, DAY + 1), USAGE_GRANTED);
    assert_int_equal(usage_take(usage, "chat000001", "dev", "id-a", 0, 2 * DAY - 1, &limits),
                     USAGE_QUOTA_EXCEEDED);
    assert_string_equal(limits.plan, "basic");
    assert_int_equal(limits.quota->limit, 2);
    assert_int_equal(take(usage, "dev", "id-a", 0, 2 * DAY), USAGE_GRANTED);
    usage_free(usage);
    registry_deinit(&registry);
}

static void what_is_throttled_is_not_counted(void **state)
{
    struct registry registry = {0};
    struct usage_plan *plan  = fill(&registry);
    struct usage *usage;

    plan->is_throttled = true;
    plan->throttle     = (struct token_rate){1, 1};
    plan->quota        = (struct quota){2, QUOTA_DAY, 0};
    usage              = deploy(false, &registry);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    for (int i = 0; i < 5; i++)
        assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_THROTTLED);
    assert_int_equal(take(usage, "dev", "id-a", SECOND, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-a", 2 * SECOND, 0), USAGE_QUOTA_EXCEEDED);
    usage_free(usage);
    registry_deinit(&registry);
}

static void a_deployment_keeps_what_was_used_and_a_reset_does_not(void **state)
{
    struct registry registry = {0};
    struct usage_plan *plan  = fill(&registry);
    struct usage *usage;

    plan->quota = (struct quota){2, QUOTA_DAY, 0};
    usage       = deploy(false, &registry);
    take(usage, "dev", "id-a", 0, 0);
    take(usage, "dev", "id-a", 0, 0);
    plan->quota.limit = 3;
    usage_deploy(usage, &registry);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_QUOTA_EXCEEDED);
    usage_reset(usage);
    assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    usage_free(usage);
    registry_deinit(&registry);
}

static void lifted_limits_leave_the_need_for_a_plan(void **state)
{
    struct registry registry = {0};
    struct usage_plan *plan  = fill(&registry);
    struct usage *usage;

    plan->is_throttled = true;
    plan->quota        = (struct quota){1, QUOTA_DAY, 0};
    usage              = deploy(true, &registry);
    for (int i = 0; i < 5; i++)
        assert_int_equal(take(usage, "dev", "id-a", 0, 0), USAGE_GRANTED);
    assert_int_equal(take(usage, "dev", "id-b", 0, 0), USAGE_NO_PLAN);
    usage_free(usage);
    registry_deinit(&registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_needs_a_plan_where_there_are_plans),
        cmocka_unit_test(limits_are_those_of_a_key_over_all_stages),
        cmocka_unit_test(a_quota_is_used_up_until_its_period_ends),
        cmocka_unit_test(what_is_throttled_is_not_counted),
        cmocka_unit_test(a_deployment_keeps_what_was_used_and_a_reset_does_not),
        cmocka_unit_test(lifted_limits_leave_the_need_for_a_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
