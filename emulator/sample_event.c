#include "sample_event.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/event.h"
#include "gateway/route_selection.h"
#include "gateway/snapshot.h"
#include "http/request_head.h"
#include "loading.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/project.h"
#include "sample_handshake.h"
#include "json/nearest.h"
#include "json/utf8.h"

#define SOURCE_IP "127.0.0.1"

/* Where `postern start` serves if nobody says otherwise. */
#define DOMAIN "localhost:3001"

/* How old the connection of a message or disconnect is. */
#define AGE_MILLISECONDS 1000

/* AWS (observed): what a client's close frame without a code is shown as; most clients send it. */
#define CODE_NONE   1005
#define REASON_NONE "Client-side close frame status not set"

#define CODE_LEAST 1000
#define CODE_MOST  4999

/* The API of a sample without a project. */
#define SAMPLE_API_NAME   "sample"
#define SAMPLE_STAGE      "dev"
#define SAMPLE_EXPRESSION "$request.body.action"

/* The body of a message for $default: no JSON, so that it goes there. */
#define BODY_DEFAULT "hello"

/* An event on its way. */
struct sample {
    const struct sample_settings *settings;
    const char *function; /* NULL: any */
    const struct api *api;
    const struct stage *stage;
    bool is_made_up; /* the API is none of a project */
    struct snapshot *snapshot;
    struct request_head head;
    struct text route_key;
    struct text body;
    char connection_id[ID_SIZE];
    struct text *errors;
};

static void write_connect(struct sample *sample, struct event *event, struct text *out);
static void write_message(struct sample *sample, struct event *event, struct text *out);
static void write_disconnect(struct sample *sample, struct event *event, struct text *out);
static bool prepare_message(struct sample *sample);
static bool prepare_disconnect(struct sample *sample);

struct kind {
    const char *name;
    const char *route_key; /* NULL: any other */
    bool (*prepare)(struct sample *sample);
    void (*write)(struct sample *sample, struct event *event, struct text *out);
};

static const struct kind kinds[] = {
    {"connect",    "$connect",    NULL,               write_connect   },
    {"message",    NULL,          prepare_message,    write_message   },
    {"disconnect", "$disconnect", prepare_disconnect, write_disconnect},
    {"authorizer", NULL,          NULL,               NULL            },
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

bool sample_event_is_kind(const char *word)
{
    return find_kind(word) != NULL;
}

static bool is_lifecycle(const char *route_key)
{
    return strcmp(route_key, "$connect") == 0 || strcmp(route_key, "$disconnect") == 0;
}

static bool runs(const struct api *api, const struct route *route, const char *function)
{
    const struct integration *integration =
        route->integration_id ? api_find_integration(api, route->integration_id) : NULL;

    return integration && strcmp(integration->function, function) == 0;
}

/* The API's first route to the function (NULL: its first), or NULL. */
static const struct route *find_route(const struct api *api, const char *function,
                                      bool only_messages)
{
    for (size_t i = 0; i < api->route_count; i++) {
        const struct route *route = &api->routes[i];

        if ((!function || runs(api, route, function)) &&
            (!only_messages || !is_lifecycle(route->route_key)))
            return route;
    }
    return NULL;
}

/* Which API and stage. */

static bool complain_of_name(struct sample *sample, const char *what, const char *name,
                             const char *const *known, size_t count)
{
    struct nearest nearest = {.wanted = name};

    text_append_format(sample->errors, "there is no %s %s", what, name);
    for (size_t i = 0; i < count; i++)
        nearest_consider(&nearest, known[i]);
    if (nearest.found)
        text_append_format(sample->errors, ": did you mean %s?\n", nearest.found);
    else
        text_append_format(sample->errors, ": there is %s\n", count > 0 ? known[0] : "none");
    return false;
}

static bool find_api(struct sample *sample, const struct registry *registry)
{
    const char *wanted               = sample->settings->api;
    SCOPED_MEMORY const char **known = memory_new((registry->api_count + 1) * sizeof *known);

    for (size_t i = 0; i < registry->api_count; i++) {
        const struct api *api = &registry->apis[i];

        known[i] = api->name;
        if (wanted && strcmp(api->api_id, wanted) != 0 && strcmp(api->name, wanted) != 0)
            continue;
        if (!sample->api ||
            (!wanted && sample->function && !find_route(sample->api, sample->function, false) &&
             find_route(api, sample->function, false)))
            sample->api = api;
    }
    return sample->api || complain_of_name(sample, "API", wanted, known, registry->api_count);
}

static bool find_stage(struct sample *sample)
{
    const char *wanted               = sample->settings->stage;
    const struct api *api            = sample->api;
    SCOPED_MEMORY const char **known = memory_new((api->stage_count + 1) * sizeof *known);

    for (size_t i = 0; i < api->stage_count && !sample->stage; i++) {
        known[i] = api->stages[i].stage_name;
        if (!wanted || strcmp(known[i], wanted) == 0)
            sample->stage = &api->stages[i];
    }
    return sample->stage || complain_of_name(sample, "stage", wanted ? wanted : SAMPLE_STAGE, known,
                                             api->stage_count);
}

static bool consists_of_name_characters(const char *string)
{
    return *string && string[strspn(string, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_-")] == '\0';
}

/* An API for want of one. */
static bool make_up(struct sample *sample, struct registry *made_up)
{
    const struct sample_settings *settings = sample->settings;
    struct api *api                        = registry_add_api(made_up);
    char id[11];

    id_derive_api(SAMPLE_API_NAME, SAMPLE_API_NAME, id);
    api->api_id                     = memory_copy_string(settings->api ? settings->api : id);
    api->name                       = memory_copy_string(SAMPLE_API_NAME);
    api->route_selection_expression = memory_copy_string(SAMPLE_EXPRESSION);
    api_add_stage(api)->stage_name =
        memory_copy_string(settings->stage ? settings->stage : SAMPLE_STAGE);
    sample->is_made_up = true;
    sample->api        = api;
    sample->stage      = &api->stages[0];
    if (consists_of_name_characters(api->api_id) &&
        consists_of_name_characters(sample->stage->stage_name))
        return true;
    text_append_string(sample->errors, "ids and stages consist of letters, digits, '_' and '-'\n");
    return false;
}

/* Messages. */

static bool complain_of_route(struct sample *sample, const char *key)
{
    struct nearest nearest = {.wanted = key};

    text_append_format(sample->errors, "the API %s has no route %s", sample->api->name, key);
    for (size_t i = 0; i < sample->api->route_count; i++)
        nearest_consider(&nearest, sample->api->routes[i].route_key);
    if (nearest.found)
        text_append_format(sample->errors, ": did you mean %s?\n", nearest.found);
    else
        text_append_string(sample->errors, "\n");
    return false;
}

static bool take_route(struct sample *sample, const char *key)
{
    if (is_lifecycle(key)) {
        text_append_format(sample->errors, "%s is no route of messages: ask for a %s event\n", key,
                           key + 1);
        return false;
    }
    text_append_string(&sample->route_key, key);
    return sample->is_made_up || api_find_route(sample->api, key) || complain_of_route(sample, key);
}

/* As the gateway does it. */
static bool select_route(struct sample *sample)
{
    SCOPED_TEXT key = {0};
    const struct snapshot_route *route =
        route_select(sample->snapshot, text_string(&sample->body), sample->body.size, &key);

    if (route) {
        text_append_string(&sample->route_key, route->route_key);
    } else if (sample->is_made_up) {
        text_append_string(&sample->route_key, key.size > 0 ? text_string(&key) : "$default");
    } else {
        text_append_format(sample->errors,
                           "the body selects the route \"%.100s\", which the API %s doesn't have, "
                           "nor has it $default: name a route with --route\n",
                           text_string(&key), sample->api->name);
        return false;
    }
    return true;
}

/* The route that the function is for; of an API as such $default, or what there is. */
static bool choose_route(struct sample *sample)
{
    const struct route *route = NULL;

    if (sample->function)
        route = find_route(sample->api, sample->function, true);
    if (!route)
        route = api_find_route(sample->api, "$default");
    if (!route)
        route = find_route(sample->api, NULL, true);
    return take_route(sample, route ? route->route_key : "$default");
}

/* A body that selects the route, where the expression is of the usual kind. */
static void make_body(struct sample *sample)
{
    static const char usual[] = "$request.body.";
    const char *expression    = sample->api->route_selection_expression;
    const char *key           = text_string(&sample->route_key);

    if (strcmp(key, "$default") == 0 || strncmp(expression, usual, sizeof usual - 1) != 0 ||
        !consists_of_name_characters(expression + sizeof usual - 1)) {
        text_append_string(&sample->body, BODY_DEFAULT);
        return;
    }
    text_append_format(&sample->body, "{\"%s\":", expression + sizeof usual - 1);
    text_append_json_string(&sample->body, key);
    text_append_character(&sample->body, '}');
}

static bool check_body(struct sample *sample)
{
    if (sample->body.size > MESSAGE_SIZE_MAX)
        text_append_format(sample->errors,
                           "the body has %zu bytes: the gateway takes messages of at most %d\n",
                           sample->body.size, MESSAGE_SIZE_MAX);
    return sample->body.size <= MESSAGE_SIZE_MAX;
}

static bool prepare_message(struct sample *sample)
{
    const struct sample_settings *settings = sample->settings;

    if (settings->body)
        text_append(&sample->body, settings->body, settings->body_size);
    if (settings->route ? !take_route(sample, settings->route)
                        : !(settings->body ? select_route(sample) : choose_route(sample)))
        return false;
    if (!settings->body)
        make_body(sample);
    return check_body(sample);
}

static void write_message(struct sample *sample, struct event *event, struct text *out)
{
    char message_id[ID_SIZE];

    id_message(event->now, sample->connection_id, message_id);
    event_write_message(event, text_string(&sample->route_key), message_id,
                        text_string(&sample->body), sample->body.size, out);
}

/* The others. */

static void write_connect(struct sample *sample, struct event *event, struct text *out)
{
    char trace_id[ID_TRACE_SIZE];

    id_trace(event->now, trace_id);
    event_write_connect(event, &sample->head, SOURCE_IP, trace_id, out);
}

static bool prepare_disconnect(struct sample *sample)
{
    unsigned code = sample->settings->code;

    if (code == 0 || (code >= CODE_LEAST && code <= CODE_MOST))
        return true;
    text_append_format(sample->errors, "a close code is a number from %d to %d\n", CODE_LEAST,
                       CODE_MOST);
    return false;
}

static void write_disconnect(struct sample *sample, struct event *event, struct text *out)
{
    unsigned code      = sample->settings->code ? sample->settings->code : CODE_NONE;
    const char *reason = sample->settings->reason;

    if (!reason)
        reason = code == CODE_NONE ? REASON_NONE : "";
    event_write_disconnect(event, (int)code, reason, out);
}

/* Where it all comes together. */

/* What the settings are for, or the function. */
static const char *likely_kind(const struct sample *sample)
{
    const struct sample_settings *settings = sample->settings;
    const struct route *route              = NULL;

    if (settings->body || settings->route)
        return "message";
    if (settings->code || settings->reason)
        return "disconnect";
    if (settings->header_count > 0 || settings->query_count > 0)
        return "connect";
    if (sample->function)
        route = find_route(sample->api, sample->function, false);
    return route && is_lifecycle(route->route_key) ? route->route_key + 1 : "message";
}

static const struct kind *choose_kind(struct sample *sample)
{
    const char *wanted      = sample->settings->kind;
    const struct kind *kind = find_kind(wanted ? wanted : likely_kind(sample));
    struct nearest nearest  = {.wanted = wanted};

    if (kind && kind->write)
        return kind;
    if (kind) {
        text_append_format(sample->errors, "%s events can't be made yet\n", wanted);
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        nearest_consider(&nearest, kinds[i].name);
    text_append_format(sample->errors, "there is no %s event: %s%s%s\n", wanted,
                       nearest.found ? "did you mean " : "there are connect, message, disconnect",
                       nearest.found ? nearest.found : "", nearest.found ? "?" : "");
    return NULL;
}

static bool choose_connection(struct sample *sample, int64_t connected_at)
{
    const char *wanted = sample->settings->connection_id;

    if (!wanted) {
        id_connection(connected_at, 0, sample->connection_id);
        return true;
    }
    if (!id_is_connection(wanted)) {
        text_append_format(sample->errors,
                           "%.100s is no connection id: 15 characters like those of "
                           "Wk3vZdT9liACExQ=, and the = at the end\n",
                           wanted);
        return false;
    }
    memcpy(sample->connection_id, wanted, ID_SIZE);
    return true;
}

static void write_event(struct sample *sample, const struct kind *kind, int64_t now,
                        int64_t connected_at, struct text *out)
{
    const char *domain             = sample->settings->domain;
    SCOPED_TEXT identity           = {0};
    SCOPED_TEXT tail               = {0};
    const struct event_facts facts = {
        .connection_id = sample->connection_id,
        .api_id        = sample->api->api_id,
        .stage         = sample->stage->stage_name,
        .domain_name   = domain ? domain : DOMAIN,
        .source_ip     = SOURCE_IP,
        .user_agent    = request_head_find(&sample->head, "User-Agent"),
        .connected_at  = connected_at,
    };
    struct event event;

    event_write_constants(&facts, &identity, &tail);
    event = (struct event){
        .identity        = text_string(&identity),
        .tail            = text_string(&tail),
        .stage           = facts.stage,
        .domain_name     = facts.domain_name,
        .stage_variables = text_string(&sample->snapshot->stage_variables),
        .connected_at    = connected_at,
        .now             = now,
    };
    id_request(now, event.request_id);
    kind->write(sample, &event, out);
}

static bool make(struct sample *sample, struct text *out)
{
    const struct sample_settings *settings  = sample->settings;
    const struct sample_handshake handshake = {
        .domain       = settings->domain ? settings->domain : DOMAIN,
        .stage        = sample->stage->stage_name,
        .headers      = settings->headers,
        .header_count = settings->header_count,
        .queries      = settings->queries,
        .query_count  = settings->query_count,
    };
    const struct kind *kind = choose_kind(sample);
    int64_t now             = clock_milliseconds();
    int64_t connected_at    = now;
    bool is_fine;

    sample->snapshot = snapshot_new(sample->api, sample->stage);
    if (!kind || (kind->prepare && !kind->prepare(sample)))
        return false;
    if (kind->prepare) /* the connection is there already */
        connected_at -= AGE_MILLISECONDS;
    if (!choose_connection(sample, connected_at) ||
        !sample_handshake_make(&handshake, &sample->head, sample->errors))
        return false;
    write_event(sample, kind, now, connected_at, out);
    is_fine = utf8_is_valid(text_string(out), out->size);
    if (!is_fine)
        text_append_string(sample->errors, "events are UTF-8, and what you gave isn't: the gateway "
                                           "takes no binary messages\n");
    return is_fine;
}

bool sample_event_write(const struct sample_settings *settings, const struct registry *registry,
                        const char *function, struct text *out, struct text *errors)
{
    struct sample sample    = {.settings = settings, .function = function, .errors = errors};
    struct registry made_up = {0};
    bool is_fine;

    if (registry->api_count > 0)
        is_fine = find_api(&sample, registry) && find_stage(&sample);
    else
        is_fine = make_up(&sample, &made_up);
    is_fine = is_fine && make(&sample, out);
    snapshot_drop(sample.snapshot);
    request_head_deinit(&sample.head);
    text_deinit(&sample.route_key);
    text_deinit(&sample.body);
    registry_deinit(&made_up);
    return is_fine;
}

int sample_event_of_project(const struct sample_settings *settings, const char *path,
                            struct text *out, struct text *errors)
{
    struct project project   = {0};
    struct registry registry = {0};
    bool is_fine             = loading_read(path, NULL, &project, &registry, errors) &&
                   sample_event_write(settings, &registry, NULL, out, errors);

    registry_deinit(&registry);
    project_deinit(&project);
    return is_fine ? 0 : 2;
}
