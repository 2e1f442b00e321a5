#include "model/difference.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"

/* Changes that are named. */
#define NAMED_MAX 8

enum change { ADDED, REMOVED, CHANGED };

static const char *const words[] = {
    [ADDED] = "added", [REMOVED] = "removed", [CHANGED] = "changed"};

/* A list of changes that is being written. */
struct list {
    struct text *out;
    size_t count;
};

static void add(struct list *list, const char *kind, const char *name, enum change change)
{
    list->count++;
    if (list->count > NAMED_MAX)
        return;
    text_append_format(list->out, "%s%s %s %s", list->count > 1 ? ", " : "", kind, name,
                       words[change]);
}

static void compare_functions(const struct registry *before, const struct registry *after,
                              struct list *list)
{
    for (size_t i = 0; i < after->function_count; i++) {
        const struct function *function = &after->functions[i];
        const struct function *old      = registry_find_function(before, function->name);

        if (!old)
            add(list, "function", function->name, ADDED);
        else if (!function_equals(old, function))
            add(list, "function", function->name, CHANGED);
    }
    for (size_t i = 0; i < before->function_count; i++) {
        if (!registry_find_function(after, before->functions[i].name))
            add(list, "function", before->functions[i].name, REMOVED);
    }
}

static bool is_same_string(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void compare_keys(const struct registry *before, const struct registry *after,
                         struct list *list)
{
    for (size_t i = 0; i < after->api_key_count; i++) {
        const struct api_key *key = &after->api_keys[i];
        const struct api_key *old = registry_find_api_key(before, key->name);

        if (!old)
            add(list, "API key", key->name, ADDED);
        else if (strcmp(old->value, key->value) != 0 || old->is_enabled != key->is_enabled)
            add(list, "API key", key->name, CHANGED);
    }
    for (size_t i = 0; i < before->api_key_count; i++) {
        if (!registry_find_api_key(after, before->api_keys[i].name))
            add(list, "API key", before->api_keys[i].name, REMOVED);
    }
}

static bool is_same_rate(const struct token_rate *a, const struct token_rate *b)
{
    return a->per_second == b->per_second && a->burst == b->burst;
}

static const struct usage_plan *find_plan(const struct registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->usage_plan_count; i++) {
        if (strcmp(registry->usage_plans[i].name, name) == 0)
            return &registry->usage_plans[i];
    }
    return NULL;
}

static bool is_same_quota(const struct quota *a, const struct quota *b)
{
    return a->limit == b->limit && a->period == b->period && a->offset == b->offset;
}

/* Neither has a stage or a key twice. */
static bool is_same_plan(const struct usage_plan *a, const struct usage_plan *b)
{
    if (a->is_throttled != b->is_throttled || !is_same_rate(&a->throttle, &b->throttle) ||
        !is_same_quota(&a->quota, &b->quota) || a->stage_count != b->stage_count ||
        a->key_count != b->key_count)
        return false;
    for (size_t i = 0; i < a->stage_count; i++) {
        if (!usage_plan_has_stage(b, a->stages[i].api_id, a->stages[i].stage))
            return false;
    }
    for (size_t i = 0; i < a->key_count; i++) {
        if (!usage_plan_has_key(b, a->keys[i]))
            return false;
    }
    return true;
}

static void compare_plans(const struct registry *before, const struct registry *after,
                          struct list *list)
{
    for (size_t i = 0; i < after->usage_plan_count; i++) {
        const struct usage_plan *plan = &after->usage_plans[i];
        const struct usage_plan *old  = find_plan(before, plan->name);

        if (!old)
            add(list, "usage plan", plan->name, ADDED);
        else if (!is_same_plan(old, plan))
            add(list, "usage plan", plan->name, CHANGED);
    }
    for (size_t i = 0; i < before->usage_plan_count; i++) {
        if (!find_plan(after, before->usage_plans[i].name))
            add(list, "usage plan", before->usage_plans[i].name, REMOVED);
    }
}

static bool is_same_authorizer(const struct authorizer *a, const struct authorizer *b)
{
    if (strcmp(a->function, b->function) != 0 ||
        a->identity_source_count != b->identity_source_count)
        return false;
    for (size_t i = 0; i < a->identity_source_count; i++) {
        if (strcmp(a->identity_sources[i], b->identity_sources[i]) != 0)
            return false;
    }
    return true;
}

static void compare_authorizers(const struct api *before, const struct api *after,
                                struct list *list)
{
    for (size_t i = 0; i < after->authorizer_count; i++) {
        const struct authorizer *authorizer = &after->authorizers[i];
        const struct authorizer *old        = api_find_authorizer(before, authorizer->name);

        if (!old)
            add(list, "authorizer", authorizer->name, ADDED);
        else if (!is_same_authorizer(old, authorizer))
            add(list, "authorizer", authorizer->name, CHANGED);
    }
    for (size_t i = 0; i < before->authorizer_count; i++) {
        if (!api_find_authorizer(after, before->authorizers[i].name))
            add(list, "authorizer", before->authorizers[i].name, REMOVED);
    }
}

static const struct domain_name *find_domain(const struct registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->domain_name_count; i++) {
        if (strcmp(registry->domain_names[i].name, name) == 0)
            return &registry->domain_names[i];
    }
    return NULL;
}

static bool is_same_domain(const struct domain_name *a, const struct domain_name *b)
{
    if (a->mapping_count != b->mapping_count)
        return false;
    for (size_t i = 0; i < a->mapping_count; i++) {
        if (strcmp(a->mappings[i].key, b->mappings[i].key) != 0 ||
            strcmp(a->mappings[i].api_id, b->mappings[i].api_id) != 0 ||
            strcmp(a->mappings[i].stage, b->mappings[i].stage) != 0)
            return false;
    }
    return true;
}

static void compare_domains(const struct registry *before, const struct registry *after,
                            struct list *list)
{
    for (size_t i = 0; i < after->domain_name_count; i++) {
        const struct domain_name *domain = &after->domain_names[i];
        const struct domain_name *old    = find_domain(before, domain->name);

        if (!old)
            add(list, "domain name", domain->name, ADDED);
        else if (!is_same_domain(old, domain))
            add(list, "domain name", domain->name, CHANGED);
    }
    for (size_t i = 0; i < before->domain_name_count; i++) {
        if (!find_domain(after, before->domain_names[i].name))
            add(list, "domain name", before->domain_names[i].name, REMOVED);
    }
}

static const struct integration *integration_of(const struct api *api, const struct route *route)
{
    return api_find_integration(api, route->integration_id);
}

static bool are_same_responses(const struct integration *a, const struct integration *b)
{
    for (size_t i = 0; i < a->response_count && i < b->response_count; i++) {
        const struct integration_response *one   = &a->responses[i];
        const struct integration_response *other = &b->responses[i];

        if (strcmp(one->key, other->key) != 0 || one->content != other->content ||
            !is_same_string(one->template_selection_expression,
                            other->template_selection_expression) ||
            !name_values_equal(&one->parameters, &other->parameters) ||
            !name_values_equal(&one->templates, &other->templates))
            return false;
    }
    return a->response_count == b->response_count;
}

static bool is_same_integration(const struct integration *a, const struct integration *b)
{
    if (!a || !b)
        return a == b;
    return a->type == b->type && is_same_string(a->function, b->function) &&
           is_same_string(a->uri, b->uri) && is_same_string(a->method, b->method) &&
           is_same_string(a->template_selection_expression, b->template_selection_expression) &&
           a->passthrough == b->passthrough && a->content == b->content &&
           name_values_equal(&a->request_parameters, &b->request_parameters) &&
           name_values_equal(&a->request_templates, &b->request_templates) &&
           are_same_responses(a, b) && a->timeout_milliseconds == b->timeout_milliseconds;
}

static bool has_same_checks(const struct route *a, const struct route *b)
{
    if (!is_same_string(a->model_selection_expression, b->model_selection_expression) ||
        !name_values_equal(&a->request_models, &b->request_models) ||
        a->required_parameter_count != b->required_parameter_count)
        return false;
    for (size_t i = 0; i < a->required_parameter_count; i++) {
        if (strcmp(a->required_parameters[i], b->required_parameters[i]) != 0)
            return false;
    }
    return true;
}

static void compare_models(const struct api *before, const struct api *after, struct list *list)
{
    for (size_t i = 0; i < after->model_count; i++) {
        const struct model *model = &after->models[i];
        const struct model *old   = api_find_model(before, model->name);

        if (!old)
            add(list, "model", model->name, ADDED);
        else if (strcmp(old->schema, model->schema) != 0)
            add(list, "model", model->name, CHANGED);
    }
    for (size_t i = 0; i < before->model_count; i++) {
        if (!api_find_model(after, before->models[i].name))
            add(list, "model", before->models[i].name, REMOVED);
    }
}

static bool is_same_route(const struct api *before, const struct route *old,
                          const struct api *after, const struct route *route)
{
    return old->has_route_response == route->has_route_response &&
           old->api_key_required == route->api_key_required && old->needs_iam == route->needs_iam &&
           is_same_string(old->authorizer_id, route->authorizer_id) &&
           has_same_checks(old, route) &&
           is_same_integration(integration_of(before, old), integration_of(after, route));
}

static void compare_routes(const struct api *before, const struct api *after, struct list *list)
{
    for (size_t i = 0; i < after->route_count; i++) {
        const struct route *route = &after->routes[i];
        const struct route *old   = api_find_route(before, route->route_key);

        if (!old)
            add(list, "route", route->route_key, ADDED);
        else if (!is_same_route(before, old, after, route))
            add(list, "route", route->route_key, CHANGED);
    }
    for (size_t i = 0; i < before->route_count; i++) {
        if (!api_find_route(after, before->routes[i].route_key))
            add(list, "route", before->routes[i].route_key, REMOVED);
    }
}

static const struct stage *find_stage(const struct api *api, const char *name)
{
    for (size_t i = 0; i < api->stage_count; i++) {
        if (strcmp(api->stages[i].stage_name, name) == 0)
            return &api->stages[i];
    }
    return NULL;
}

static bool is_same_stage(const struct stage *a, const struct stage *b)
{
    if (!name_values_equal(&a->stage_variables, &b->stage_variables) ||
        !is_same_rate(&a->default_throttle, &b->default_throttle) ||
        !is_same_string(a->access_log_format, b->access_log_format) ||
        !is_same_string(a->access_log_path, b->access_log_path) ||
        a->route_settings_count != b->route_settings_count)
        return false;
    for (size_t i = 0; i < a->route_settings_count; i++) {
        const struct route_settings *settings = &a->route_settings[i];

        if (!is_same_rate(&settings->throttle, stage_find_throttle(b, settings->route_key)))
            return false;
    }
    return true;
}

static void compare_stages(const struct api *before, const struct api *after, struct list *list)
{
    for (size_t i = 0; i < after->stage_count; i++) {
        const struct stage *stage = &after->stages[i];
        const struct stage *old   = find_stage(before, stage->stage_name);

        if (!old)
            add(list, "stage", stage->stage_name, ADDED);
        else if (!is_same_stage(old, stage))
            add(list, "stage", stage->stage_name, CHANGED);
    }
    for (size_t i = 0; i < before->stage_count; i++) {
        if (!find_stage(after, before->stages[i].stage_name))
            add(list, "stage", before->stages[i].stage_name, REMOVED);
    }
}

static void compare_apis(const struct registry *before, const struct registry *after,
                         struct list *list)
{
    for (size_t i = 0; i < after->api_count; i++) {
        const struct api *api = &after->apis[i];
        const struct api *old = registry_find_api(before, api->api_id);

        if (!old) {
            add(list, "API", api->name, ADDED);
            continue;
        }
        if (strcmp(old->name, api->name) != 0 ||
            strcmp(old->route_selection_expression, api->route_selection_expression) != 0 ||
            old->is_key_from_authorizer != api->is_key_from_authorizer ||
            old->is_endpoint_disabled != api->is_endpoint_disabled)
            add(list, "API", api->name, CHANGED);
        compare_models(old, api, list);
        compare_authorizers(old, api, list);
        compare_routes(old, api, list);
        compare_stages(old, api, list);
    }
    for (size_t i = 0; i < before->api_count; i++) {
        if (!registry_find_api(after, before->apis[i].api_id))
            add(list, "API", before->apis[i].name, REMOVED);
    }
}

void difference_describe(const struct registry *before, const struct registry *after,
                         struct text *out)
{
    struct list list = {.out = out};

    compare_functions(before, after, &list);
    compare_keys(before, after, &list);
    compare_plans(before, after, &list);
    compare_domains(before, after, &list);
    compare_apis(before, after, &list);
    if (list.count > NAMED_MAX)
        text_append_format(out, " and %zu more changes", list.count - NAMED_MAX);
}
