#include "sample/sample_api.h"

#include <string.h>

#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "sample/sample_event.h"
#include "json/nearest.h"

/* The API of a sample without a project. */
#define NAME       "sample"
#define STAGE      "dev"
#define EXPRESSION "$request.body.action"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

bool sample_api_is_lifecycle(const char *route_key)
{
    return strcmp(route_key, "$connect") == 0 || strcmp(route_key, "$disconnect") == 0;
}

bool sample_api_is_name(const char *string)
{
    return *string && string[strspn(string, NAME_CHARACTERS)] == '\0';
}

bool sample_api_is_made_up(const struct sample_api *sample)
{
    return sample->made_up.api_count > 0;
}

static bool runs(const struct api *api, const struct route *route, const char *function)
{
    const struct integration *integration =
        route->integration_id ? api_find_integration(api, route->integration_id) : NULL;

    return integration && integration->function && strcmp(integration->function, function) == 0;
}

const struct route *sample_api_find_route(const struct api *api, const char *function,
                                          bool only_messages)
{
    for (size_t i = 0; i < api->route_count; i++) {
        const struct route *route = &api->routes[i];

        if ((!function || runs(api, route, function)) &&
            (!only_messages || !sample_api_is_lifecycle(route->route_key)))
            return route;
    }
    return NULL;
}

bool sample_api_has_authorizer(const struct api *api, const char *function)
{
    for (size_t i = 0; i < api->authorizer_count; i++) {
        if (strcmp(api->authorizers[i].function, function) == 0)
            return true;
    }
    return false;
}

static bool complain(const char *what, const char *name, const char *const *known, size_t count,
                     struct text *errors)
{
    struct nearest nearest = {.wanted = name};

    text_append_format(errors, "there is no %s %s", what, name);
    for (size_t i = 0; i < count; i++)
        nearest_consider(&nearest, known[i]);
    if (nearest.found)
        text_append_format(errors, ": did you mean %s?\n", nearest.found);
    else
        text_append_format(errors, ": there is %s\n", count > 0 ? known[0] : "none");
    return false;
}

static bool is_wanted(const struct api *api, const char *wanted)
{
    return !wanted || strcmp(api->api_id, wanted) == 0 || strcmp(api->name, wanted) == 0;
}

static bool find_api(struct sample_api *sample, const char *wanted, const struct registry *registry,
                     const char *function, struct text *errors)
{
    SCOPED_MEMORY const char **known = memory_new((registry->api_count + 1) * sizeof *known);
    const struct api *first          = NULL;

    for (size_t i = 0; i < registry->api_count && !sample->api; i++) {
        const struct api *api = &registry->apis[i];

        known[i] = api->name;
        if (!is_wanted(api, wanted))
            continue;
        if (!first)
            first = api;
        if (!function || sample_api_find_route(api, function, false) ||
            sample_api_has_authorizer(api, function))
            sample->api = api;
    }
    if (!sample->api)
        sample->api = first;
    return sample->api || complain("API", wanted, known, registry->api_count, errors);
}

static bool find_stage(struct sample_api *sample, const char *wanted, struct text *errors)
{
    const struct api *api            = sample->api;
    SCOPED_MEMORY const char **known = memory_new((api->stage_count + 1) * sizeof *known);

    for (size_t i = 0; i < api->stage_count && !sample->stage; i++) {
        known[i] = api->stages[i].stage_name;
        if (!wanted || strcmp(known[i], wanted) == 0)
            sample->stage = &api->stages[i];
    }
    return sample->stage ||
           complain("stage", wanted ? wanted : STAGE, known, api->stage_count, errors);
}

static bool make_up(struct sample_api *sample, const struct sample_settings *settings,
                    struct text *errors)
{
    struct api *api     = registry_add_api(&sample->made_up);
    struct stage *stage = api_add_stage(api);
    char id[11];

    id_derive_api(NAME, NAME, id);
    api->api_id                     = memory_copy_string(settings->api ? settings->api : id);
    api->name                       = memory_copy_string(NAME);
    api->route_selection_expression = memory_copy_string(EXPRESSION);
    stage->stage_name               = memory_copy_string(settings->stage ? settings->stage : STAGE);
    sample->api                     = api;
    sample->stage                   = stage;
    if (sample_api_is_name(api->api_id) && sample_api_is_name(stage->stage_name))
        return true;
    text_append_string(errors, "ids and stages consist of letters, digits, '_' and '-'\n");
    return false;
}

bool sample_api_choose(struct sample_api *sample, const struct sample_settings *settings,
                       const struct registry *registry, const char *function, struct text *errors)
{
    if (registry->api_count == 0)
        return make_up(sample, settings, errors);
    return find_api(sample, settings->api, registry, function, errors) &&
           find_stage(sample, settings->stage, errors);
}

void sample_api_deinit(struct sample_api *sample)
{
    registry_deinit(&sample->made_up);
    *sample = (struct sample_api){0};
}
