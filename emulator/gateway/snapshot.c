#include "gateway/snapshot.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "gateway/access.h"
#include "gateway/access_log.h"
#include "gateway/integration_plan.h"
#include "gateway/request_check.h"
#include "model/function_name.h"
#include "model/registry.h"
#include "model/selection_expression.h"

/* AWS?: each route without settings of its own has a bucket of the default's size for itself. */
static void compile_route(struct snapshot_route *compiled, const struct request_models *models,
                          const struct api *api, const struct stage *stage,
                          const struct route *route)
{
    const struct integration *integration = NULL;

    if (route->integration_id)
        integration = api_find_integration(api, route->integration_id);
    compiled->route_key  = memory_copy_string(route->route_key);
    compiled->check      = request_check_new(models, route);
    compiled->is_two_way = route->has_route_response;
    compiled->throttle   = *stage_find_throttle(stage, route->route_key);
    if (!integration)
        return;
    compiled->plan = integration_plan_new(integration, api, stage);
    if (!compiled->plan)
        compiled->function = function_name_resolve(integration->function, &stage->stage_variables);
    compiled->timeout_milliseconds = integration->timeout_milliseconds;
}

static void write_stage_variables(struct text *out, const struct name_values *variables)
{
    if (variables->count == 0)
        return;
    for (size_t i = 0; i < variables->count; i++) {
        text_append_character(out, i == 0 ? '{' : ',');
        text_append_json_string(out, variables->items[i].name);
        text_append_character(out, ':');
        text_append_json_string(out, variables->items[i].value);
    }
    text_append_character(out, '}');
}

struct snapshot *snapshot_new(const struct registry *registry, const struct api *api,
                              const struct stage *stage)
{
    struct snapshot *snapshot = NEW(struct snapshot);
    SCOPED_TEXT error         = {0};

    snapshot->references    = 1;
    snapshot->deployment_id = memory_copy_string(stage->deployment_id);
    snapshot->route_count   = api->route_count;
    snapshot->routes        = memory_new(api->route_count * sizeof *snapshot->routes);
    snapshot->models        = request_models_new(api);
    for (size_t i = 0; i < api->route_count; i++) {
        compile_route(&snapshot->routes[i], snapshot->models, api, stage, &api->routes[i]);
        map_put(&snapshot->by_key, snapshot->routes[i].route_key, &snapshot->routes[i]);
    }
    snapshot->is_endpoint_disabled = api->is_endpoint_disabled;
    snapshot->access     = access_new(registry, api, stage, api_find_route(api, "$connect"));
    snapshot->access_log = access_log_new(api->api_id, stage);
    name_values_copy(&snapshot->variables, &stage->stage_variables);
    write_stage_variables(&snapshot->stage_variables, &stage->stage_variables);
    snapshot->selection_expression =
        selection_expression_new(api->route_selection_expression, &error);
    assert(snapshot->selection_expression);
    return snapshot;
}

struct snapshot *snapshot_keep(struct snapshot *snapshot)
{
    snapshot->references++;
    return snapshot;
}

void snapshot_drop(struct snapshot *snapshot)
{
    if (!snapshot || --snapshot->references > 0)
        return;
    selection_expression_free(snapshot->selection_expression);
    text_deinit(&snapshot->stage_variables);
    name_values_deinit(&snapshot->variables);
    access_log_free(snapshot->access_log);
    access_free(snapshot->access);
    map_deinit(&snapshot->by_key);
    for (size_t i = 0; i < snapshot->route_count; i++) {
        request_check_free(snapshot->routes[i].check);
        free(snapshot->routes[i].route_key);
        free(snapshot->routes[i].function);
        integration_plan_free(snapshot->routes[i].plan);
    }
    free(snapshot->routes);
    request_models_free(snapshot->models);
    free(snapshot->deployment_id);
    free(snapshot);
}

bool snapshot_route_calls(const struct snapshot_route *route)
{
    return route->function || route->plan;
}

struct snapshot_route *snapshot_find_route(const struct snapshot *snapshot, const char *route_key)
{
    return map_find(&snapshot->by_key, route_key);
}
