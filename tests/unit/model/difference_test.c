#include "model/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"

static void add_function(struct registry *registry, const char *name)
{
    struct function *function = registry_add_function(registry);

    function->name     = memory_copy_string(name);
    function->code_uri = memory_copy_string("/project");
}

static struct route *add_route(struct api *api, const char *key, const char *function)
{
    struct integration *integration = api_add_integration(api);
    struct route *route;

    integration->integration_id = memory_format("i%zu", api->integration_count);
    integration->function       = memory_copy_string(function);
    route                       = api_add_route(api);
    route->route_key            = memory_copy_string(key);
    route->integration_id       = memory_copy_string(integration->integration_id);
    return route;
}

static struct stage *add_stage(struct api *api, const char *name, const char *deployment_id)
{
    struct stage *stage = api_add_stage(api);

    stage->stage_name    = memory_copy_string(name);
    stage->deployment_id = memory_copy_string(deployment_id);
    return stage;
}

/* Functions f and g, an API with the routes a and b and the stage dev. */
static void fill(struct registry *registry, const char *deployment_id)
{
    struct api *api;

    *registry = (struct registry){0};
    add_function(registry, "f");
    add_function(registry, "g");
    api                             = registry_add_api(registry);
    api->api_id                     = memory_copy_string("chat000001");
    api->name                       = memory_copy_string("chat");
    api->route_selection_expression = memory_copy_string("$request.body.action");
    add_route(api, "a", "f");
    add_route(api, "b", "g");
    add_stage(api, "dev", deployment_id);
}

static void nothing(struct registry *registry)
{
}

static void function_h(struct registry *registry)
{
    add_function(registry, "h");
}

static void a_variable(struct registry *registry)
{
    name_values_put(&registry->functions[0].environment, "A", "b");
}

static void another_function_name(struct registry *registry)
{
    free(registry->functions[1].name);
    registry->functions[1].name = memory_copy_string("h");
}

static void another_integration(struct registry *registry)
{
    free(registry->apis[0].integrations[1].function);
    registry->apis[0].integrations[1].function = memory_copy_string("f");
}

static void two_way(struct registry *registry)
{
    registry->apis[0].routes[0].has_route_response = true;
}

static void another_key(struct registry *registry)
{
    free(registry->apis[0].routes[0].route_key);
    registry->apis[0].routes[0].route_key = memory_copy_string("c");
}

static void stages(struct registry *registry)
{
    add_stage(&registry->apis[0], "prod", "d");
    name_values_put(&registry->apis[0].stages[0].stage_variables, "color", "blue");
}

static void another_throttle(struct registry *registry)
{
    registry->apis[0].stages[0].default_throttle.burst = 7;
}

static void a_throttled_route(struct registry *registry)
{
    struct route_settings *settings = stage_add_route_settings(&registry->apis[0].stages[0]);

    settings->route_key = memory_copy_string("a");
    settings->throttle  = (struct token_rate){1, 2};
}

static void another_expression(struct registry *registry)
{
    free(registry->apis[0].route_selection_expression);
    registry->apis[0].route_selection_expression = memory_copy_string("$request.body.type");
}

static void another_id(struct registry *registry)
{
    free(registry->apis[0].api_id);
    registry->apis[0].api_id = memory_copy_string("chat000002");
}

static void add_plan(struct registry *registry, double burst)
{
    struct usage_plan *plan        = registry_add_usage_plan(registry);
    struct usage_plan_stage *stage = usage_plan_add_stage(plan);

    plan->name     = memory_copy_string("basic");
    plan->throttle = (struct token_rate){1, burst};
    stage->api_id  = memory_copy_string("chat000001");
    stage->stage   = memory_copy_string("dev");
    usage_plan_add_key(plan, "partner");
}

static void a_plan(struct registry *registry)
{
    add_plan(registry, 2);
}

static void many_functions(struct registry *registry)
{
    for (char name[] = "k"; name[0] < 'u'; name[0]++)
        add_function(registry, name);
}

static void difference_describe_names_what_has_changed(void **state)
{
    static const struct {
        void (*change)(struct registry *registry);
        const char *expected;
    } cases[] = {
        {nothing,               ""                                    },
        {function_h,            "function h added"                    },
        {a_variable,            "function f changed"                  },
        {another_function_name, "function h added, function g removed"},
        {another_integration,   "route b changed"                     },
        {two_way,               "route a changed"                     },
        {another_key,           "route c added, route a removed"      },
        {stages,                "stage dev changed, stage prod added" },
        {another_throttle,      "stage dev changed"                   },
        {a_throttled_route,     "stage dev changed"                   },
        {another_expression,    "API chat changed"                    },
        {another_id,            "API chat added, API chat removed"    },
        {a_plan,                "usage plan basic added"              },
        {many_functions,        "function k added, function l added, function m added, function n added, "
                         "function o added, function p added, function q added, function r added "
                         "and 2 more changes" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct registry before;
        struct registry after;
        SCOPED_TEXT words = {0};

        fill(&before, "first");
        fill(&after, "second");
        cases[i].change(&after);
        difference_describe(&before, &after, &words);
        assert_string_equal(text_string(&words), cases[i].expected);
        registry_deinit(&before);
        registry_deinit(&after);
    }
}

static void a_stage_that_is_gone_is_named(void **state)
{
    struct registry before;
    struct registry after;
    SCOPED_TEXT words = {0};

    fill(&before, "first");
    fill(&after, "second");
    stages(&before);
    name_values_put(&after.apis[0].stages[0].stage_variables, "color", "blue");
    difference_describe(&before, &after, &words);
    assert_string_equal(text_string(&words), "stage prod removed");
    registry_deinit(&before);
    registry_deinit(&after);
}

static void a_plan_is_compared_by_all_that_it_says(void **state)
{
    static const struct {
        double burst;
        const char *key;
        int64_t quota;
        const char *expected;
    } cases[] = {
        {2, NULL,    0, ""                        },
        {3, NULL,    0, "usage plan basic changed"},
        {2, "other", 0, "usage plan basic changed"},
        {2, NULL,    5, "usage plan basic changed"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct registry before = {0};
        struct registry after  = {0};
        SCOPED_TEXT words      = {0};

        add_plan(&before, 2);
        add_plan(&after, cases[i].burst);
        after.usage_plans[0].quota.limit = cases[i].quota;
        if (cases[i].key)
            usage_plan_add_key(&after.usage_plans[0], cases[i].key);
        difference_describe(&before, &after, &words);
        assert_string_equal(text_string(&words), cases[i].expected);
        registry_deinit(&before);
        registry_deinit(&after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(difference_describe_names_what_has_changed),
        cmocka_unit_test(a_stage_that_is_gone_is_named),
        cmocka_unit_test(a_plan_is_compared_by_all_that_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
