#include "model/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/limits.h"

/* items with room for one more behind the first count, which is zeroed. */
static void *grow(void *items, size_t count, size_t size)
{
    char *grown = memory_resize(items, (count + 1) * size);

    memset(grown + count * size, 0, size);
    return grown;
}

struct function *registry_add_function(struct registry *registry)
{
    registry->functions =
        grow(registry->functions, registry->function_count, sizeof *registry->functions);
    return &registry->functions[registry->function_count++];
}

struct api *registry_add_api(struct registry *registry)
{
    registry->apis = grow(registry->apis, registry->api_count, sizeof *registry->apis);
    return &registry->apis[registry->api_count++];
}

struct api_key *registry_add_api_key(struct registry *registry)
{
    registry->api_keys =
        grow(registry->api_keys, registry->api_key_count, sizeof *registry->api_keys);
    return &registry->api_keys[registry->api_key_count++];
}

struct usage_plan *registry_add_usage_plan(struct registry *registry)
{
    registry->usage_plans =
        grow(registry->usage_plans, registry->usage_plan_count, sizeof *registry->usage_plans);
    return &registry->usage_plans[registry->usage_plan_count++];
}

struct usage_plan_stage *usage_plan_add_stage(struct usage_plan *plan)
{
    plan->stages = grow(plan->stages, plan->stage_count, sizeof *plan->stages);
    return &plan->stages[plan->stage_count++];
}

void usage_plan_add_key(struct usage_plan *plan, const char *name)
{
    plan->keys                    = grow(plan->keys, plan->key_count, sizeof *plan->keys);
    plan->keys[plan->key_count++] = memory_copy_string(name);
}

struct domain_name *registry_add_domain_name(struct registry *registry)
{
    registry->domain_names =
        grow(registry->domain_names, registry->domain_name_count, sizeof *registry->domain_names);
    return &registry->domain_names[registry->domain_name_count++];
}

struct api_mapping *domain_name_add_mapping(struct domain_name *domain)
{
    domain->mappings = grow(domain->mappings, domain->mapping_count, sizeof *domain->mappings);
    return &domain->mappings[domain->mapping_count++];
}

struct authorizer *api_add_authorizer(struct api *api)
{
    api->authorizers = grow(api->authorizers, api->authorizer_count, sizeof *api->authorizers);
    return &api->authorizers[api->authorizer_count++];
}

struct model *api_add_model(struct api *api)
{
    api->models = grow(api->models, api->model_count, sizeof *api->models);
    return &api->models[api->model_count++];
}

void route_add_required_parameter(struct route *route, const char *parameter)
{
    route->required_parameters = grow(route->required_parameters, route->required_parameter_count,
                                      sizeof *route->required_parameters);
    route->required_parameters[route->required_parameter_count++] = memory_copy_string(parameter);
}

const struct model *api_find_model(const struct api *api, const char *name)
{
    for (size_t i = 0; i < api->model_count; i++) {
        if (strcmp(api->models[i].name, name) == 0)
            return &api->models[i];
    }
    return NULL;
}

struct route *api_add_route(struct api *api)
{
    api->routes = grow(api->routes, api->route_count, sizeof *api->routes);
    return &api->routes[api->route_count++];
}

struct integration *api_add_integration(struct api *api)
{
    api->integrations = grow(api->integrations, api->integration_count, sizeof *api->integrations);
    return &api->integrations[api->integration_count++];
}

struct integration_response *integration_add_response(struct integration *integration)
{
    integration->responses =
        grow(integration->responses, integration->response_count, sizeof *integration->responses);
    return &integration->responses[integration->response_count++];
}

const char *integration_type_name(enum integration_type type)
{
    static const char *const names[] = {
        [INTEGRATION_AWS_PROXY] = "AWS_PROXY", [INTEGRATION_AWS] = "AWS",
        [INTEGRATION_HTTP] = "HTTP",           [INTEGRATION_HTTP_PROXY] = "HTTP_PROXY",
        [INTEGRATION_MOCK] = "MOCK",
    };

    return names[type];
}

struct stage *api_add_stage(struct api *api)
{
    struct stage *stage;

    api->stages             = grow(api->stages, api->stage_count, sizeof *api->stages);
    stage                   = &api->stages[api->stage_count++];
    stage->default_throttle = (struct token_rate){REQUEST_RATE_MAX, REQUEST_BURST_MAX};
    return stage;
}

struct route_settings *stage_add_route_settings(struct stage *stage)
{
    stage->route_settings =
        grow(stage->route_settings, stage->route_settings_count, sizeof *stage->route_settings);
    return &stage->route_settings[stage->route_settings_count++];
}

/* Resources that are still being filled have no name yet. */
static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

struct function *registry_find_function(const struct registry *registry, const char *name)
{
    for (size_t i = 0; name && i < registry->function_count; i++) {
        if (is_same(registry->functions[i].name, name))
            return &registry->functions[i];
    }
    return NULL;
}

struct function *registry_find_function_called(const struct registry *registry, const char *name)
{
    struct function *function = registry_find_function(registry, name);

    for (size_t i = 0; name && !function && i < registry->function_count; i++) {
        if (is_same(registry->functions[i].logical_id, name))
            function = &registry->functions[i];
    }
    return function;
}

const struct api_key *registry_find_api_key(const struct registry *registry, const char *name)
{
    for (size_t i = 0; name && i < registry->api_key_count; i++) {
        if (is_same(registry->api_keys[i].name, name))
            return &registry->api_keys[i];
    }
    return NULL;
}

struct api *registry_find_api(const struct registry *registry, const char *api_id)
{
    for (size_t i = 0; api_id && i < registry->api_count; i++) {
        if (is_same(registry->apis[i].api_id, api_id))
            return &registry->apis[i];
    }
    return NULL;
}

const struct route *api_find_route(const struct api *api, const char *route_key)
{
    for (size_t i = 0; route_key && i < api->route_count; i++) {
        if (is_same(api->routes[i].route_key, route_key))
            return &api->routes[i];
    }
    return NULL;
}

const struct authorizer *api_find_authorizer(const struct api *api, const char *name)
{
    for (size_t i = 0; name && i < api->authorizer_count; i++) {
        if (is_same(api->authorizers[i].name, name))
            return &api->authorizers[i];
    }
    return NULL;
}

const struct authorizer *api_find_authorizer_by_id(const struct api *api, const char *authorizer_id)
{
    for (size_t i = 0; authorizer_id && i < api->authorizer_count; i++) {
        if (strcmp(api->authorizers[i].authorizer_id, authorizer_id) == 0)
            return &api->authorizers[i];
    }
    return NULL;
}

const struct integration *api_find_integration(const struct api *api, const char *integration_id)
{
    for (size_t i = 0; integration_id && i < api->integration_count; i++) {
        if (is_same(api->integrations[i].integration_id, integration_id))
            return &api->integrations[i];
    }
    return NULL;
}

bool usage_plan_has_stage(const struct usage_plan *plan, const char *api_id, const char *stage)
{
    for (size_t i = 0; i < plan->stage_count; i++) {
        if (strcmp(plan->stages[i].api_id, api_id) == 0 &&
            strcmp(plan->stages[i].stage, stage) == 0)
            return true;
    }
    return false;
}

bool usage_plan_has_key(const struct usage_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->key_count; i++) {
        if (strcmp(plan->keys[i], name) == 0)
            return true;
    }
    return false;
}

const struct token_rate *stage_find_throttle(const struct stage *stage, const char *route_key)
{
    for (size_t i = 0; i < stage->route_settings_count; i++) {
        if (strcmp(stage->route_settings[i].route_key, route_key) == 0)
            return &stage->route_settings[i].throttle;
    }
    return &stage->default_throttle;
}

static size_t count_words(char *const *command)
{
    size_t count = 0;

    while (command[count])
        count++;
    return count;
}

static char **copy_command(char *const *command)
{
    char **copy;
    size_t count;

    if (!command)
        return NULL;
    count = count_words(command);
    copy  = memory_new((count + 1) * sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = memory_copy_string(command[i]);
    return copy;
}

static bool is_same_command(char *const *a, char *const *b)
{
    if (!a || !b)
        return a == b;
    while (*a && *b && strcmp(*a, *b) == 0) {
        a++;
        b++;
    }
    return !*a && !*b;
}

static void free_command(char **command)
{
    for (char **word = command; word && *word; word++)
        free(*word);
    free(command);
}

void function_add_layer(struct function *function, const char *folder)
{
    function->layers =
        memory_resize(function->layers, (function->layer_count + 1) * sizeof *function->layers);
    function->layers[function->layer_count++] = memory_copy_string(folder);
}

void function_add_archive(struct function *function, const char *path)
{
    function->archives                            = memory_resize(function->archives,
                                                                  (function->archive_count + 1) * sizeof *function->archives);
    function->archives[function->archive_count++] = memory_copy_string(path);
}

void function_copy(struct function *to, const struct function *from)
{
    *to = (struct function){
        .name             = memory_copy_string(from->name),
        .logical_id       = memory_copy_string(from->logical_id),
        .runtime          = memory_copy_string(from->runtime),
        .handler          = memory_copy_string(from->handler),
        .command          = copy_command(from->command),
        .code_uri         = memory_copy_string(from->code_uri),
        .code_link        = memory_copy_string(from->code_link),
        .inline_code      = memory_copy_string(from->inline_code),
        .esbuild          = memory_copy_string(from->esbuild),
        .timeout_seconds  = from->timeout_seconds,
        .memory_megabytes = from->memory_megabytes,
        .concurrency      = from->concurrency,
        .inspect_port     = from->inspect_port,
        .url              = memory_copy_string(from->url),
    };
    name_values_copy(&to->environment, &from->environment);
    for (size_t i = 0; i < from->layer_count; i++)
        function_add_layer(to, from->layers[i]);
    for (size_t i = 0; i < from->archive_count; i++)
        function_add_archive(to, from->archives[i]);
}

static bool has_same_layers(const struct function *a, const struct function *b)
{
    for (size_t i = 0; i < a->layer_count && i < b->layer_count; i++) {
        if (strcmp(a->layers[i], b->layers[i]) != 0)
            return false;
    }
    return a->layer_count == b->layer_count;
}

bool function_equals(const struct function *a, const struct function *b)
{
    return is_same(a->name, b->name) && is_same(a->runtime, b->runtime) &&
           is_same(a->handler, b->handler) && is_same_command(a->command, b->command) &&
           is_same(a->code_uri, b->code_uri) && is_same(a->inline_code, b->inline_code) &&
           is_same(a->esbuild, b->esbuild) && has_same_layers(a, b) &&
           a->timeout_seconds == b->timeout_seconds && a->memory_megabytes == b->memory_megabytes &&
           a->concurrency == b->concurrency && a->inspect_port == b->inspect_port &&
           is_same(a->url, b->url) && name_values_equal(&a->environment, &b->environment);
}

void function_deinit(struct function *function)
{
    free(function->name);
    free(function->logical_id);
    free(function->url);
    free(function->runtime);
    free(function->handler);
    free_command(function->command);
    free(function->code_uri);
    free(function->code_link);
    free(function->inline_code);
    free(function->esbuild);
    for (size_t i = 0; i < function->layer_count; i++)
        free(function->layers[i]);
    free(function->layers);
    for (size_t i = 0; i < function->archive_count; i++)
        free(function->archives[i]);
    free(function->archives);
    name_values_deinit(&function->environment);
    *function = (struct function){0};
}

static void route_deinit(struct route *route)
{
    free(route->route_id);
    free(route->route_key);
    free(route->integration_id);
    free(route->authorizer_id);
    free(route->model_selection_expression);
    name_values_deinit(&route->request_models);
    for (size_t i = 0; i < route->required_parameter_count; i++)
        free(route->required_parameters[i]);
    free(route->required_parameters);
}

static void model_deinit(struct model *model)
{
    free(model->name);
    free(model->content_type);
    free(model->schema);
}

static void authorizer_deinit(struct authorizer *authorizer)
{
    free(authorizer->authorizer_id);
    free(authorizer->name);
    free(authorizer->function);
    for (size_t i = 0; i < authorizer->identity_source_count; i++)
        free(authorizer->identity_sources[i]);
    free(authorizer->identity_sources);
}

static void api_key_deinit(struct api_key *key)
{
    free(key->id);
    free(key->name);
    free(key->value);
}

static void usage_plan_deinit(struct usage_plan *plan)
{
    free(plan->id);
    free(plan->name);
    for (size_t i = 0; i < plan->stage_count; i++) {
        free(plan->stages[i].api_id);
        free(plan->stages[i].stage);
    }
    free(plan->stages);
    for (size_t i = 0; i < plan->key_count; i++)
        free(plan->keys[i]);
    free(plan->keys);
}

static void integration_deinit(struct integration *integration)
{
    free(integration->integration_id);
    free(integration->function);
    free(integration->uri);
    free(integration->method);
    free(integration->template_selection_expression);
    name_values_deinit(&integration->request_parameters);
    name_values_deinit(&integration->request_templates);
    for (size_t i = 0; i < integration->response_count; i++) {
        free(integration->responses[i].key);
        free(integration->responses[i].template_selection_expression);
        name_values_deinit(&integration->responses[i].parameters);
        name_values_deinit(&integration->responses[i].templates);
    }
    free(integration->responses);
}

static void domain_name_deinit(struct domain_name *domain)
{
    free(domain->name);
    for (size_t i = 0; i < domain->mapping_count; i++) {
        free(domain->mappings[i].key);
        free(domain->mappings[i].api_id);
        free(domain->mappings[i].stage);
    }
    free(domain->mappings);
}

static void stage_deinit(struct stage *stage)
{
    free(stage->access_log_format);
    free(stage->access_log_path);
    free(stage->stage_name);
    name_values_deinit(&stage->stage_variables);
    free(stage->deployment_id);
    for (size_t i = 0; i < stage->route_settings_count; i++)
        free(stage->route_settings[i].route_key);
    free(stage->route_settings);
}

static void api_deinit(struct api *api)
{
    free(api->api_id);
    free(api->name);
    free(api->route_selection_expression);
    for (size_t i = 0; i < api->authorizer_count; i++)
        authorizer_deinit(&api->authorizers[i]);
    free(api->authorizers);
    for (size_t i = 0; i < api->route_count; i++)
        route_deinit(&api->routes[i]);
    free(api->routes);
    for (size_t i = 0; i < api->model_count; i++)
        model_deinit(&api->models[i]);
    free(api->models);
    for (size_t i = 0; i < api->integration_count; i++)
        integration_deinit(&api->integrations[i]);
    free(api->integrations);
    for (size_t i = 0; i < api->stage_count; i++)
        stage_deinit(&api->stages[i]);
    free(api->stages);
}

void registry_deinit(struct registry *registry)
{
    name_values_deinit(&registry->services);
    for (size_t i = 0; i < registry->function_count; i++)
        function_deinit(&registry->functions[i]);
    free(registry->functions);
    for (size_t i = 0; i < registry->api_key_count; i++)
        api_key_deinit(&registry->api_keys[i]);
    free(registry->api_keys);
    for (size_t i = 0; i < registry->usage_plan_count; i++)
        usage_plan_deinit(&registry->usage_plans[i]);
    free(registry->usage_plans);
    for (size_t i = 0; i < registry->domain_name_count; i++)
        domain_name_deinit(&registry->domain_names[i]);
    free(registry->domain_names);
    for (size_t i = 0; i < registry->api_count; i++)
        api_deinit(&registry->apis[i]);
    free(registry->apis);
    *registry = (struct registry){0};
}
