#include "sample/sample_message.h"

#include <string.h>

#include "gateway/route_selection.h"
#include "gateway/snapshot.h"
#include "model/limits.h"
#include "sample/sample_api.h"
#include "sample/sample_event.h"
#include "json/nearest.h"

/* The body of a message for $default: no JSON, so that it goes there. */
#define BODY_DEFAULT "hello"

static bool complain_of_route(const struct api *api, const char *key, struct text *errors)
{
    struct nearest nearest = {.wanted = key};

    text_append_format(errors, "the API %s has no route %s", api->name, key);
    for (size_t i = 0; i < api->route_count; i++)
        nearest_consider(&nearest, api->routes[i].route_key);
    if (nearest.found)
        text_append_format(errors, ": did you mean %s?", nearest.found);
    text_append_character(errors, '\n');
    return false;
}

static bool take_route(struct sample_message *message, const struct sample_api *api,
                       const char *key, struct text *errors)
{
    if (sample_api_is_lifecycle(key)) {
        text_append_format(errors, "%s is no route of messages: ask for a %s event\n", key,
                           key + 1);
        return false;
    }
    text_append_string(&message->route_key, key);
    return sample_api_is_made_up(api) || api_find_route(api->api, key) ||
           complain_of_route(api->api, key, errors);
}

/* As the gateway does it. */
static bool select_route(struct sample_message *message, const struct sample_api *api,
                         const struct snapshot *snapshot, struct text *errors)
{
    SCOPED_TEXT key = {0};
    const struct snapshot_route *route =
        route_select(snapshot, text_string(&message->body), message->body.size, &key);

    if (route) {
        text_append_string(&message->route_key, route->route_key);
    } else if (sample_api_is_made_up(api)) {
        text_append_string(&message->route_key, key.size > 0 ? text_string(&key) : "$default");
    } else {
        text_append_format(errors,
                           "the body selects the route \"%.100s\", which the API %s doesn't have, "
                           "nor has it $default: name a route with --route\n",
                           text_string(&key), api->api->name);
        return false;
    }
    return true;
}

/* The route that the function is for; of an API as such $default, or what there is. */
static bool choose_route(struct sample_message *message, const struct sample_api *api,
                         const char *function, struct text *errors)
{
    const struct route *route = NULL;

    if (function)
        route = sample_api_find_route(api->api, function, true);
    if (!route)
        route = api_find_route(api->api, "$default");
    if (!route)
        route = sample_api_find_route(api->api, NULL, true);
    return take_route(message, api, route ? route->route_key : "$default", errors);
}

/* A body that selects the route, where the expression is of the usual kind. */
static void make_body(struct sample_message *message, const char *expression)
{
    static const char usual[] = "$request.body.";
    const char *key           = text_string(&message->route_key);

    if (strcmp(key, "$default") == 0 || strncmp(expression, usual, sizeof usual - 1) != 0 ||
        !sample_api_is_name(expression + sizeof usual - 1)) {
        text_append_string(&message->body, BODY_DEFAULT);
        return;
    }
    text_append_format(&message->body, "{\"%s\":", expression + sizeof usual - 1);
    text_append_json_string(&message->body, key);
    text_append_character(&message->body, '}');
}

bool sample_message_make(struct sample_message *message, const struct sample_settings *settings,
                         const struct sample_api *api, const struct snapshot *snapshot,
                         const char *function, struct text *errors)
{
    bool has_route;

    if (settings->body)
        text_append(&message->body, settings->body, settings->body_size);
    if (settings->route)
        has_route = take_route(message, api, settings->route, errors);
    else if (settings->body)
        has_route = select_route(message, api, snapshot, errors);
    else
        has_route = choose_route(message, api, function, errors);
    if (!has_route)
        return false;
    if (!settings->body)
        make_body(message, api->api->route_selection_expression);
    if (message->body.size <= MESSAGE_SIZE_MAX)
        return true;
    text_append_format(errors, "the body has %zu bytes: the gateway takes messages of at most %d\n",
                       message->body.size, MESSAGE_SIZE_MAX);
    return false;
}

void sample_message_deinit(struct sample_message *message)
{
    text_deinit(&message->route_key);
    text_deinit(&message->body);
}
