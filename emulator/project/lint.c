#include "project/lint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/code_check.h"
#include "project/lint_code.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"

/* A handler's file that is larger was made by a bundler, and isn't looked into. */
#define SOURCE_SIZE_MAX (256 * 1024)

#define SUBPROTOCOL "Sec-WebSocket-Protocol"

/* One API that is looked at. */
struct linted {
    struct reading *reading;
    const struct api *api;
    const struct json *object; /* what it was read from */
    char *place;
};

/* The code of a handler. */
struct source {
    char *path; /* absolute */
    struct text text;
};

static bool source_read(const struct function *function, struct source *source)
{
    source->path =
        function && !function->url && !function->command ? code_find_handler(function) : NULL;
    return source->path && file_read(source->path, SOURCE_SIZE_MAX, &source->text) >= 0 &&
           source->text.size <= SOURCE_SIZE_MAX &&
           strlen(text_string(&source->text)) == source->text.size;
}

static void source_deinit(struct source *source)
{
    free(source->path);
    text_deinit(&source->text);
}

#define SCOPED_SOURCE __attribute__((cleanup(source_deinit))) struct source

/* Warns of a line of a source, which is named as the project is. */
static void warn_of_code(const struct linted *linted, const struct source *source, unsigned line,
                         const char *message)
{
    const struct project *project = linted->reading->project;
    const char *path              = source->path;
    const char *slash             = strrchr(project->label, '/');
    SCOPED_MEMORY char *label     = NULL;

    if (!file_is_in(path, project->folder))
        label = memory_copy_string(path);
    else
        label = memory_format("%.*s%s", slash ? (int)(slash + 1 - project->label) : 0,
                              project->label, path + strlen(project->folder) + 1);
    problems_add(linted->reading->problems, true, label, line, "%s", message);
}

static const struct integration *integration_of(const struct api *api, const struct route *route)
{
    return route && route->integration_id ? api_find_integration(api, route->integration_id) : NULL;
}

static const struct function *function_of(const struct linted *linted, const struct route *route)
{
    const struct integration *integration = integration_of(linted->api, route);

    return integration && integration->function
               ? registry_find_function(linted->reading->registry, integration->function)
               : NULL;
}

static const struct json *route_object(const struct linted *linted, const char *key)
{
    const struct json *object = json_find(json_find(linted->object, "routes"), key);

    return object ? object : linted->object;
}

static bool is_lifecycle(const struct route *route)
{
    return strcmp(route->route_key, "$connect") == 0 ||
           strcmp(route->route_key, "$disconnect") == 0;
}

static void lint_disconnect(const struct linted *linted)
{
    const struct route *connect    = api_find_route(linted->api, "$connect");
    const struct route *disconnect = api_find_route(linted->api, "$disconnect");

    if (integration_of(linted->api, connect) && !disconnect)
        reading_warn(linted->reading, route_object(linted, "$connect"),
                     "%s: $connect has an integration, and there is no $disconnect: AWS tells "
                     "nobody when a client has gone, and what $connect has stored stays: add the "
                     "route $disconnect",
                     linted->place);
    if (disconnect && disconnect->has_route_response)
        reading_warn(linted->reading, route_object(linted, "$disconnect"),
                     "%s: $disconnect has a route response, and AWS sends none: the client has "
                     "gone already: remove it",
                     linted->place);
}

static bool makes_answers(const struct integration *integration)
{
    for (size_t i = 0; i < integration->response_count; i++) {
        if (integration->responses[i].templates.count > 0)
            return true;
    }
    return false;
}

/* AWS: what isn't two-way answers nothing, whatever its integration makes. */
static void lint_answers(const struct linted *linted, const struct route *route)
{
    const struct integration *integration = integration_of(linted->api, route);

    if (integration && makes_answers(integration) && !route->has_route_response)
        reading_warn(linted->reading, route_object(linted, route->route_key),
                     "%s: route %s has response templates and no route response: AWS sends what "
                     "they make to nobody: give it a route response (\"routeResponse\"; in a "
                     "template RouteResponseSelectionExpression $default and a RouteResponse)",
                     linted->place, route->route_key);
}

static bool is_two_way_elsewhere(const struct linted *linted, const char *function)
{
    for (size_t i = 0; i < linted->api->route_count; i++) {
        const struct route *route = &linted->api->routes[i];
        const struct integration *integration;

        if (!route->has_route_response && !is_lifecycle(route))
            continue; /* most: looking their integrations up takes time */
        integration = integration_of(linted->api, route);
        if (integration && integration->function && strcmp(integration->function, function) == 0)
            return true;
    }
    return false;
}

/* What a function that serves other routes as well returns may be meant for those. */
static void lint_body(const struct linted *linted, const struct route *route)
{
    const struct function *function = function_of(linted, route);
    SCOPED_SOURCE source            = {0};
    SCOPED_MEMORY char *message     = NULL;
    unsigned line;

    if (route->has_route_response || is_lifecycle(route) || !function ||
        integration_of(linted->api, route)->type != INTEGRATION_AWS_PROXY ||
        is_two_way_elsewhere(linted, function->name) || !source_read(function, &source))
        return;
    line    = lint_code_find_body(text_string(&source.text));
    message = memory_format("route %s has no route response, so that AWS sends this body to "
                            "nobody: give it one (\"routeResponse\"; in a template "
                            "RouteResponseSelectionExpression $default) if clients are to get it, "
                            "or post it to the connection",
                            route->route_key);
    if (line > 0)
        warn_of_code(linted, &source, line, message);
}

/* AWS: an integration has at most 29 seconds. */
static void lint_timeout(const struct linted *linted, const struct route *route)
{
    const struct function *function = function_of(linted, route);
    int most                        = INTEGRATION_TIMEOUT_MILLISECONDS / 1000;

    if (function && function->timeout_seconds > most)
        reading_warn(linted->reading, route_object(linted, route->route_key),
                     "%s: route %s: the function %s has %d seconds, and API Gateway waits %d for "
                     "it: the client then gets an error, and what comes later is dropped: answer "
                     "sooner, and post the result to the connection",
                     linted->place, route->route_key, function->name, function->timeout_seconds,
                     most);
}

static const struct authorizer *authorizer_of(const struct linted *linted)
{
    const struct route *connect = api_find_route(linted->api, "$connect");

    return connect ? api_find_authorizer_by_id(linted->api, connect->authorizer_id) : NULL;
}

static void lint_unused_authorizers(const struct linted *linted)
{
    const struct json *objects    = json_find(linted->object, "authorizers");
    const struct authorizer *used = authorizer_of(linted);

    for (size_t i = 0; i < linted->api->authorizer_count; i++) {
        const struct authorizer *authorizer = &linted->api->authorizers[i];
        const struct json *where            = json_find(objects, authorizer->name);

        if (authorizer != used)
            reading_warn(linted->reading, where ? where : linted->object,
                         "%s: $connect doesn't name the authorizer %s: it is never asked, and "
                         "keeps nobody out: name it there (in a template AuthorizationType CUSTOM "
                         "and AuthorizerId), or remove it",
                         linted->place, authorizer->name);
    }
}

/* AWS: "…/{stage}/$connect" has one segment behind the stage: two wildcards don't match it. */
static void lint_policy(const struct linted *linted, const struct authorizer *authorizer)
{
    const struct function *function =
        registry_find_function(linted->reading->registry, authorizer->function);
    SCOPED_SOURCE source = {0};
    unsigned line =
        source_read(function, &source) ? lint_code_find_wildcards(text_string(&source.text)) : 0;

    if (line > 0)
        warn_of_code(linted, &source, line,
                     "a policy for \"…/*/*\" fits no $connect if the stage stands before it: AWS "
                     "refuses the client with 403: take event.methodArn, or \"…/{stage}/*\"");
}

static bool takes_subprotocol(const struct authorizer *authorizer)
{
    for (size_t i = 0; i < authorizer->identity_source_count; i++) {
        if (strcasestr(authorizer->identity_sources[i], SUBPROTOCOL))
            return true;
    }
    return false;
}

/* Browsers give up where they have offered subprotocols, and none is chosen. */
static void lint_subprotocol(const struct linted *linted, const struct authorizer *authorizer)
{
    const struct route *connect     = api_find_route(linted->api, "$connect");
    const struct function *function = function_of(linted, connect);
    SCOPED_SOURCE source            = {0};

    if (!takes_subprotocol(authorizer))
        return;
    if (integration_of(linted->api, connect) &&
        (!source_read(function, &source) ||
         lint_code_mentions(text_string(&source.text), SUBPROTOCOL)))
        return;
    reading_warn(linted->reading, route_object(linted, "$connect"),
                 "%s: clients offer a subprotocol, since the authorizer %s asks for " SUBPROTOCOL
                 ", and $connect never returns one: browsers then close the connection: return "
                 "the header " SUBPROTOCOL " with one of those offered",
                 linted->place, authorizer->name);
}

static void lint_api(const struct linted *linted)
{
    const struct authorizer *authorizer = authorizer_of(linted);

    lint_disconnect(linted);
    for (size_t i = 0; i < linted->api->route_count; i++) {
        lint_answers(linted, &linted->api->routes[i]);
        lint_body(linted, &linted->api->routes[i]);
        lint_timeout(linted, &linted->api->routes[i]);
    }
    lint_unused_authorizers(linted);
    if (!authorizer)
        return;
    lint_policy(linted, authorizer);
    lint_subprotocol(linted, authorizer);
}

void lint(struct reading *reading)
{
    const struct json *apis = json_find(reading->document, "apis");

    for (size_t i = 0; i < reading->registry->api_count; i++) {
        const struct api *api = &reading->registry->apis[i];
        struct linted linted  = {reading, api, json_find(apis, api->name),
                                 reading_place("apis", api->name)};

        if (linted.object)
            lint_api(&linted);
        free(linted.place);
    }
}
