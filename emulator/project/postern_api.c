#include "project/postern_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "model/selection_expression.h"
#include "project/postern_access.h"
#include "project/postern_integration.h"
#include "project/postern_model.h"
#include "project/postern_stage.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "project/stage_functions.h"
#include "json/json.h"
#include "json/nearest.h"

#define EXPRESSION_DEFAULT "$request.body.action"

/* AWS: the names of APIs and stages, and route keys, have at most 128 characters. */
#define NAME_SIZE_MAX 128

/* AWS: ids of APIs, of routes and integrations, and of deployments; with the NUL. */
#define API_ID_SIZE        11
#define ROUTE_ID_SIZE      8
#define DEPLOYMENT_ID_SIZE 7

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool consists_of(const char *string, const char *allowed)
{
    return string[strspn(string, allowed)] == '\0';
}

static size_t count_characters(const char *string)
{
    size_t count = 0;

    for (; *string; string++)
        count += ((unsigned char)*string & 0xc0) != 0x80;
    return count;
}

/* Derived from names, so that they are the same at every start: what distinguishes a route. */
static void derive_id(const struct api *api, const char *kind, const char *name,
                      char id[ROUTE_ID_SIZE])
{
    SCOPED_MEMORY char *whole = memory_format("%s/%s", kind, name);
    char derived[API_ID_SIZE];

    id_derive_api(api->api_id, whole, derived);
    snprintf(id, ROUTE_ID_SIZE, "%.*s", ROUTE_ID_SIZE - 1, derived);
}

static bool is_route_id(const struct api *api, const char *id)
{
    for (size_t i = 0; i < api->route_count; i++) {
        if (api->routes[i].route_id && strcmp(api->routes[i].route_id, id) == 0)
            return true;
    }
    return false;
}

/* Names that come to the same id are as good as impossible, and get others in order. */
static char *new_id(const struct api *api, const char *kind, const char *name)
{
    SCOPED_MEMORY char *more = memory_copy_string(name);
    char id[ROUTE_ID_SIZE];

    derive_id(api, kind, more, id);
    while (is_route_id(api, id) || api_find_integration(api, id)) {
        char *longer = memory_format("%s'", more);

        free(more);
        more = longer;
        derive_id(api, kind, more, id);
    }
    return memory_copy_string(id);
}

static void check_route_key(struct reading *reading, const struct json *object, const char *place)
{
    static const char *const special[] = {"$connect", "$disconnect", "$default"};
    struct nearest nearest             = {.wanted = object->name};
    size_t count                       = count_characters(object->name);

    if (count == 0 || count > NAME_SIZE_MAX)
        reading_error(reading, object, "%s: a route key has 1 to %d characters, not %zu", place,
                      NAME_SIZE_MAX, count);
    if (object->name[0] != '$')
        return;
    for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
        if (strcmp(object->name, special[i]) == 0)
            return;
        nearest_consider(&nearest, special[i]);
    }
    if (nearest.found)
        reading_error(reading, object, "%s: there is no such route on AWS: did you mean \"%s\"?",
                      place, nearest.found);
    else
        reading_error(reading, object,
                      "%s: the only route keys that begin with '$' are $connect, $disconnect and "
                      "$default: take another name",
                      place);
}

static struct integration *add_integration(struct api *api, struct route *route)
{
    char *id                        = new_id(api, "integrations", route->route_key);
    struct integration *integration = api_add_integration(api);

    integration->integration_id = id;
    route->integration_id       = memory_copy_string(id);
    return integration;
}

static void add_proxy(struct reading *reading, struct api *api, struct route *route,
                      const struct json *object, const char *place)
{
    const struct json *function = json_find(object, "function");
    struct integration *integration;

    reading_want_function(reading, function, place);
    integration           = add_integration(api, route);
    integration->type     = INTEGRATION_AWS_PROXY;
    integration->function = memory_copy_string(function->string);
    integration->timeout_milliseconds =
        reading_number(object, "timeoutInMillis", INTEGRATION_TIMEOUT_MILLISECONDS);
}

static void add_other(struct reading *reading, struct api *api, struct route *route,
                      const struct json *object, const char *route_place)
{
    SCOPED_MEMORY char *place = reading_place(route_place, "integration");

    if (json_find(object->first ? object : NULL, "integrationType"))
        postern_integration_read(reading, object, place, add_integration(api, route));
}

/* AWS: $connect and $disconnect need no integration; a message for a route without one fails. */
static void check_no_function(struct reading *reading, const struct json *object, const char *place)
{
    if (object->kind != JSON_OBJECT || json_find(object, "function") ||
        json_find(object, "integration") || strcmp(object->name, "$connect") == 0 ||
        strcmp(object->name, "$disconnect") == 0)
        return;
    reading_warn(reading, object,
                 "%s: has no \"function\": its messages are answered with an error", place);
}

static void read_route(struct reading *reading, struct api *api, const struct json *object,
                       const char *api_place)
{
    SCOPED_MEMORY char *routes = reading_place(api_place, "routes");
    SCOPED_MEMORY char *place  = reading_place(routes, object->name);
    struct route *route        = api_add_route(api);

    check_route_key(reading, object, place);
    route->route_id           = new_id(api, "routes", object->name);
    route->route_key          = memory_copy_string(object->name);
    route->has_route_response = reading_flag(object, "routeResponse");
    if (object->kind != JSON_OBJECT)
        return;
    postern_access_read(reading, api, route, object, place);
    postern_checks_read(reading, api, route, object, place);
    check_no_function(reading, object, place);
    if (json_find_string(object, "function") && json_find(object, "integration"))
        reading_error(reading, json_find(object, "integration"),
                      "%s: has a \"function\" and an \"integration\": a route has one of them",
                      place);
    else if (json_find_string(object, "function"))
        add_proxy(reading, api, route, object, place);
    else if (json_find(object, "integration"))
        add_other(reading, api, route, json_find(object, "integration"), place);
}

static void read_expression(struct reading *reading, struct api *api, const struct json *object,
                            const char *place)
{
    const char *source = json_find_string(object, "routeSelectionExpression");
    SCOPED_TEXT error  = {0};
    struct selection_expression *expression;

    api->route_selection_expression = memory_copy_string(source ? source : EXPRESSION_DEFAULT);
    expression = selection_expression_new(api->route_selection_expression, &error);
    if (!expression)
        reading_error(reading, json_find(object, "routeSelectionExpression"),
                      "%s.routeSelectionExpression: %s", place, text_string(&error));
    selection_expression_free(expression);
}

/* The API's id, given or derived, in id_place the value to complain about. */
static const char *find_id(const struct reading *reading, const struct json *object,
                           char derived[API_ID_SIZE], const struct json **where)
{
    const struct json *id = json_find(object, "id");
    const char *folder    = strrchr(reading->project->folder, '/');

    id_derive_api(folder ? folder + 1 : reading->project->folder, object->name, derived);
    *where = id ? id : object;
    return id && id->kind == JSON_STRING ? id->string : derived;
}

static void read_id(struct reading *reading, struct api *api, const struct json *object,
                    const char *place)
{
    char derived[API_ID_SIZE];
    const struct json *where;
    const char *id          = find_id(reading, object, derived, &where);
    const struct api *other = registry_find_api(reading->registry, id);

    if (strlen(id) != API_ID_SIZE - 1 || !consists_of(id, LOWER DIGITS))
        reading_error(reading, where,
                      "%s.id: an API's id has 10 lower-case letters and digits, for example \"%s\"",
                      place, derived);
    else if (other)
        reading_error(reading, where, "%s.id: %s is the id of the API \"%s\" already: take another",
                      place, id, other->name);
    api->api_id = memory_copy_string(id);
}

static void check_counts(struct reading *reading, const struct api *api, const struct json *object,
                         const char *place)
{
    if (api->route_count == 0)
        reading_warn(reading, object,
                     "%s: has no routes, and AWS deploys no such API: add \"routes\", for example "
                     "\"$default\"",
                     place);
    if (api->route_count > ROUTES_PER_API_MAX)
        reading_warn(reading, json_find(object, "routes"),
                     "%s.routes: %zu routes are more than the %d that AWS allows unless asked for "
                     "more",
                     place, api->route_count, ROUTES_PER_API_MAX);
    if (api->authorizer_count > AUTHORIZERS_PER_API_MAX)
        reading_warn(reading, json_find(object, "authorizers"),
                     "%s.authorizers: %zu authorizers are more than the %d that AWS allows unless "
                     "asked for more",
                     place, api->authorizer_count, AUTHORIZERS_PER_API_MAX);
    if (api->stage_count > STAGES_PER_API_MAX)
        reading_warn(reading, json_find(object, "stages"),
                     "%s.stages: %zu stages are more than the %d that AWS allows unless asked for "
                     "more",
                     place, api->stage_count, STAGES_PER_API_MAX);
}

static void read_contents(struct reading *reading, struct api *api, const struct json *object,
                          const char *place)
{
    char deployment_id[DEPLOYMENT_ID_SIZE];

    read_expression(reading, api, object, place);
    api->is_endpoint_disabled          = reading_flag(object, "disableExecuteApiEndpoint");
    api->is_schema_validation_disabled = reading_flag(object, "disableSchemaValidation");
    postern_authorizers_read(reading, api, object, place);
    postern_models_read(reading, api, object, place);
    for (const struct json *route = reading_members(json_find(object, "routes")); route;
         route                    = route->next)
        read_route(reading, api, route, place);
    postern_models_check_use(reading, api, object, place);
    id_random_name(deployment_id, sizeof deployment_id);
    for (const struct json *stage = reading_members(json_find(object, "stages")); stage;
         stage                    = stage->next)
        postern_stage_read(reading, api, stage, place, deployment_id);
    if (api->stage_count == 0)
        postern_stage_add(api, POSTERN_STAGE_DEFAULT, deployment_id);
    stage_functions_check(reading, api, object, place);
    check_counts(reading, api, object, place);
}

void postern_api_read(struct reading *reading, const struct json *object)
{
    SCOPED_MEMORY char *place = reading_place("apis", object->name);
    size_t count              = count_characters(object->name);
    struct api api            = {.name = memory_copy_string(object->name)};
    struct api *added;

    if (count == 0 || count > NAME_SIZE_MAX)
        reading_error(reading, object, "%s: an API's name has 1 to %d characters, not %zu", place,
                      NAME_SIZE_MAX, count);
    read_id(reading, &api, object, place);
    added  = registry_add_api(reading->registry);
    *added = api;
    if (object->kind != JSON_OBJECT)
        return;
    read_contents(reading, added, object, place);
}
