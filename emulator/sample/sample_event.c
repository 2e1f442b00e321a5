#include "sample/sample_event.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "gateway/event.h"
#include "gateway/snapshot.h"
#include "http/request_head.h"
#include "model/arn.h"
#include "sample/sample_api.h"
#include "sample/sample_handshake.h"
#include "sample/sample_message.h"
#include "json/nearest.h"

#define SOURCE_IP "127.0.0.1"

/* Where `postern start` serves if nobody says otherwise. */
#define DOMAIN "localhost:3001"

#define REGION  "us-east-1"
#define ACCOUNT "000000000000"

/* How old the connection of a message or disconnect is. */
#define AGE_MILLISECONDS 1000

/* AWS (observed): what a client's close frame without a code is shown as; most clients send it. */
#define CODE_NONE   1005
#define REASON_NONE "Client-side close frame status not set"

#define CODE_LEAST 1000
#define CODE_MOST  4999

/* An event on its way. */
struct sample {
    const struct sample_settings *settings;
    const char *function; /* NULL: any */
    struct sample_api api;
    struct snapshot *snapshot;
    struct request_head head;
    struct sample_message message;
    char connection_id[ID_SIZE];
    struct text *errors;
};

static void write_connect(struct sample *sample, struct event *event, struct text *out);
static void write_message(struct sample *sample, struct event *event, struct text *out);
static void write_disconnect(struct sample *sample, struct event *event, struct text *out);
static void write_authorizer(struct sample *sample, struct event *event, struct text *out);
static bool prepare_message(struct sample *sample);
static bool prepare_disconnect(struct sample *sample);

struct kind {
    const char *name;
    bool (*prepare)(struct sample *sample);
    void (*write)(struct sample *sample, struct event *event, struct text *out);
};

static const struct kind kinds[] = {
    {"connect",    NULL,               write_connect   },
    {"message",    prepare_message,    write_message   },
    {"disconnect", prepare_disconnect, write_disconnect},
    {"authorizer", NULL,               write_authorizer},
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

/* What isn't UTF-8 never gets as far as an event: the gateway closes such a connection. */
static bool check_encoding(struct sample *sample, const char *data, size_t size)
{
    if (utf8_is_valid(data, size))
        return true;
    text_append_string(sample->errors, "events are UTF-8, and what you gave isn't: the gateway "
                                       "takes no binary messages\n");
    return false;
}

static bool prepare_message(struct sample *sample)
{
    struct text *body = &sample->message.body;

    return sample_message_make(&sample->message, sample->settings, &sample->api, sample->snapshot,
                               sample->function, sample->errors) &&
           check_encoding(sample, text_string(body), body->size);
}

static void write_message(struct sample *sample, struct event *event, struct text *out)
{
    char message_id[ID_SIZE];

    id_message(event->now, sample->connection_id, message_id);
    event_write_message(event, text_string(&sample->message.route_key), message_id,
                        text_string(&sample->message.body), sample->message.body.size, out);
}

static void write_connect(struct sample *sample, struct event *event, struct text *out)
{
    char trace_id[ID_TRACE_SIZE];

    id_trace(event->now, trace_id);
    event_write_connect(event, &sample->head, trace_id, out);
}

static void write_authorizer(struct sample *sample, struct event *event, struct text *out)
{
    const struct sample_settings *settings = sample->settings;
    char trace_id[ID_TRACE_SIZE];
    SCOPED_MEMORY char *arn = arn_execute_api(settings->region ? settings->region : REGION,
                                              settings->account ? settings->account : ACCOUNT,
                                              event->facts.api_id, event->facts.stage, "$connect");

    id_trace(event->now, trace_id);
    event_write_authorizer(event, &sample->head, trace_id, arn, out);
}

static bool prepare_disconnect(struct sample *sample)
{
    unsigned code      = sample->settings->code;
    const char *reason = sample->settings->reason;

    if (code == 0 || (code >= CODE_LEAST && code <= CODE_MOST))
        return !reason || check_encoding(sample, reason, strlen(reason));
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
    if (sample->function && sample_api_has_authorizer(sample->api.api, sample->function))
        return "authorizer";
    if (settings->header_count > 0 || settings->query_count > 0)
        return "connect";
    if (sample->function)
        route = sample_api_find_route(sample->api.api, sample->function, false);
    return route && sample_api_is_lifecycle(route->route_key) ? route->route_key + 1 : "message";
}

static const struct kind *choose_kind(struct sample *sample)
{
    const char *wanted      = sample->settings->kind;
    const struct kind *kind = find_kind(wanted ? wanted : likely_kind(sample));
    struct nearest nearest  = {.wanted = wanted};

    if (kind)
        return kind;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        nearest_consider(&nearest, kinds[i].name);
    text_append_format(sample->errors, "there is no %s event: %s%s%s\n", wanted,
                       nearest.found ? "did you mean "
                                     : "there are connect, message, disconnect, authorizer",
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
    const struct event_facts facts = {
        .connection_id = sample->connection_id,
        .api_id        = sample->api.api->api_id,
        .stage         = sample->api.stage->stage_name,
        .domain_name   = domain ? domain : DOMAIN,
        .source_ip     = SOURCE_IP,
        .user_agent    = request_head_find(&sample->head, "User-Agent"),
        .connected_at  = connected_at,
    };
    struct event event = {
        .facts           = facts,
        .stage_variables = text_string(&sample->snapshot->stage_variables),
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
        .stage        = sample->api.stage->stage_name,
        .headers      = settings->headers,
        .header_count = settings->header_count,
        .queries      = settings->queries,
        .query_count  = settings->query_count,
    };
    const struct kind *kind = choose_kind(sample);
    int64_t now             = clock_milliseconds();
    int64_t connected_at    = now;

    sample->snapshot = snapshot_new(&sample->api.made_up, sample->api.api, sample->api.stage);
    if (!kind || (kind->prepare && !kind->prepare(sample)))
        return false;
    if (kind->prepare) /* the connection is there already */
        connected_at -= AGE_MILLISECONDS;
    if (!choose_connection(sample, connected_at) ||
        !sample_handshake_make(&handshake, &sample->head, sample->errors))
        return false;
    write_event(sample, kind, now, connected_at, out);
    return true;
}

bool sample_event_write(const struct sample_settings *settings, const struct registry *registry,
                        const char *function, struct text *out, struct text *errors)
{
    struct sample sample = {.settings = settings, .function = function, .errors = errors};
    bool is_fine =
        sample_api_choose(&sample.api, settings, registry, function, errors) && make(&sample, out);

    snapshot_drop(sample.snapshot);
    request_head_deinit(&sample.head);
    sample_message_deinit(&sample.message);
    sample_api_deinit(&sample.api);
    return is_fine;
}
