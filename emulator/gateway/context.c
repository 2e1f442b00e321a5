#include "gateway/context.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/event.h"
#include "json/scanner.h"

/* How a variable is read. */
enum origin {
    FROM_KIND,         /* the type of the event */
    FROM_REQUEST_ID,   /* of the event */
    FROM_REQUEST_TIME, /* of the event */
    FROM_DIRECTION,
    FROM_EVENT_STRING, /* at an offset of struct event */
    FROM_EVENT_NUMBER,
    FROM_STRING,      /* at an offset of struct context */
    FROM_QUOTED,      /* the same as a JSON string */
    FROM_NUMBER,      /* 0: no value */
    FROM_STEP_STRING, /* at an offset of a step, whose own offset comes first */
    FROM_STEP_NUMBER,
    FROM_STEP_LATENCY,
    FROM_CREDENTIALS, /* the member that the last part of the name says */
    FROM_AUTHORIZER,  /* the member that the reference says */
};

#define EVENT(member)      offsetof(struct event, member)
#define OWN(member)        offsetof(struct context, member)
#define STEP(step, member) offsetof(struct context_step, member), offsetof(struct context, step)

/* clang-format off */
static const struct source {
    enum origin origin;
    size_t offset;
    size_t step; /* offset of the step */
} sources[CONTEXT_UNKNOWN] = {
    [CONTEXT_ROUTE_KEY] = {FROM_STRING, OWN(route_key), 0},
    [CONTEXT_DISCONNECT_STATUS_CODE] = {FROM_NUMBER, OWN(disconnect_status_code), 0},
    [CONTEXT_MESSAGE_ID] = {FROM_STRING, OWN(message_id), 0},
    [CONTEXT_EVENT_TYPE] = {FROM_KIND, 0, 0},
    [CONTEXT_EXTENDED_REQUEST_ID] = {FROM_REQUEST_ID, 0, 0},
    [CONTEXT_REQUEST_TIME] = {FROM_REQUEST_TIME, 0, 0},
    [CONTEXT_MESSAGE_DIRECTION] = {FROM_DIRECTION, 0, 0},
    [CONTEXT_DISCONNECT_REASON] = {FROM_STRING, OWN(disconnect_reason), 0},
    [CONTEXT_STAGE] = {FROM_EVENT_STRING, EVENT(facts.stage), 0},
    [CONTEXT_CONNECTED_AT] = {FROM_EVENT_NUMBER, EVENT(facts.connected_at), 0},
    [CONTEXT_REQUEST_TIME_EPOCH] = {FROM_EVENT_NUMBER, EVENT(now), 0},
    [CONTEXT_REQUEST_ID] = {FROM_REQUEST_ID, 0, 0},
    [CONTEXT_DOMAIN_NAME] = {FROM_EVENT_STRING, EVENT(facts.domain_name), 0},
    [CONTEXT_CONNECTION_ID] = {FROM_EVENT_STRING, EVENT(facts.connection_id), 0},
    [CONTEXT_API_ID] = {FROM_EVENT_STRING, EVENT(facts.api_id), 0},
    [CONTEXT_STATUS] = {FROM_NUMBER, OWN(status), 0},

    [CONTEXT_IDENTITY_ACCESS_KEY] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_ACCOUNT_ID] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_API_KEY] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_API_KEY_ID] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_CALLER] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_PROVIDER] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_TYPE] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_COGNITO_IDENTITY_ID] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_COGNITO_IDENTITY_POOL_ID] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_PRINCIPAL_ORG_ID] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_SOURCE_IP] = {FROM_EVENT_STRING, EVENT(facts.source_ip), 0},
    [CONTEXT_IDENTITY_USER] = {FROM_CREDENTIALS, 0, 0},
    [CONTEXT_IDENTITY_USER_AGENT] = {FROM_EVENT_STRING, EVENT(facts.user_agent), 0},
    [CONTEXT_IDENTITY_USER_ARN] = {FROM_CREDENTIALS, 0, 0},

    [CONTEXT_ERROR_MESSAGE] = {FROM_STRING, OWN(error_message), 0},
    [CONTEXT_ERROR_MESSAGE_STRING] = {FROM_QUOTED, OWN(error_message), 0},
    [CONTEXT_ERROR_RESPONSE_TYPE] = {FROM_STRING, OWN(error_response_type), 0},
    [CONTEXT_ERROR_VALIDATION_ERROR_STRING] = {FROM_STRING, OWN(validation_error), 0},

    [CONTEXT_AUTHENTICATE_ERROR] = {FROM_STEP_STRING, STEP(authenticate, error)},
    [CONTEXT_AUTHENTICATE_LATENCY] = {FROM_STEP_LATENCY, STEP(authenticate, latency_milliseconds)},
    [CONTEXT_AUTHENTICATE_STATUS] = {FROM_STEP_NUMBER, STEP(authenticate, status)},

    [CONTEXT_AUTHORIZE_ERROR] = {FROM_STEP_STRING, STEP(authorize, error)},
    [CONTEXT_AUTHORIZE_LATENCY] = {FROM_STEP_LATENCY, STEP(authorize, latency_milliseconds)},
    [CONTEXT_AUTHORIZE_STATUS] = {FROM_STEP_NUMBER, STEP(authorize, status)},

    [CONTEXT_AUTHORIZER_ERROR] = {FROM_STEP_STRING, STEP(authorizer, error)},
    [CONTEXT_AUTHORIZER_INTEGRATION_LATENCY] = {FROM_STEP_LATENCY, STEP(authorizer, integration_latency_milliseconds)},
    [CONTEXT_AUTHORIZER_INTEGRATION_STATUS] = {FROM_STEP_NUMBER, STEP(authorizer, integration_status)},
    [CONTEXT_AUTHORIZER_LATENCY] = {FROM_STEP_LATENCY, STEP(authorizer, latency_milliseconds)},
    [CONTEXT_AUTHORIZER_REQUEST_ID] = {FROM_STEP_STRING, STEP(authorizer, request_id)},
    [CONTEXT_AUTHORIZER_STATUS] = {FROM_STEP_NUMBER, STEP(authorizer, status)},
    [CONTEXT_AUTHORIZER_MEMBER] = {FROM_AUTHORIZER, 0, 0},

    [CONTEXT_INTEGRATION_ERROR] = {FROM_STEP_STRING, STEP(integration, error)},
    [CONTEXT_INTEGRATION_INTEGRATION_STATUS] = {FROM_STEP_NUMBER, STEP(integration, integration_status)},
    [CONTEXT_INTEGRATION_LATENCY] = {FROM_STEP_LATENCY, STEP(integration, latency_milliseconds)},
    [CONTEXT_INTEGRATION_REQUEST_ID] = {FROM_STEP_STRING, STEP(integration, request_id)},
    [CONTEXT_INTEGRATION_STATUS] = {FROM_STEP_NUMBER, STEP(integration, status)},

    [CONTEXT_LATENCY_OF_INTEGRATION] = {FROM_STEP_LATENCY, STEP(integration, latency_milliseconds)},

};
/* clang-format on */

static const char *kind_name(enum context_event kind)
{
    switch (kind) {
    case CONTEXT_OF_CONNECT:
        return "CONNECT";
    case CONTEXT_OF_MESSAGE:
        return "MESSAGE";
    case CONTEXT_OF_DISCONNECT:
        return "DISCONNECT";
    }
    return "";
}

static bool append_string(const char *string, struct text *out)
{
    if (string)
        text_append_string(out, string);
    return string;
}

static bool append_number(long long number, struct text *out)
{
    text_append_number(out, number);
    return true;
}

/* A string of a document is decoded, null has no value, anything else stands as it is. */
static bool append_span(const struct json_span *span, struct text *out)
{
    if (!span->data || span->kind == JSON_NULL)
        return false;
    if (span->kind == JSON_STRING)
        json_span_decode(span, out);
    else
        text_append(out, span->data, span->size);
    return true;
}

static bool append_member(const char *document, const char *name, size_t size, struct text *out)
{
    const struct json_step step = {.name = name, .size = size};
    const struct json_path path = {&step, 1};
    struct json_span span;

    return document && json_scan(document, strlen(document), &path, &span, 1) &&
           append_span(&span, out);
}

static bool append_credential(const struct event *event, const char *name, struct text *out)
{
    return event->facts.credentials &&
           append_member(event->facts.credentials, name, strlen(name), out);
}

static bool append_request_time(const struct event *event, struct text *out)
{
    char request_time[CLOCK_REQUEST_TIME_SIZE];

    clock_format_request_time(event->now, request_time);
    return append_string(request_time, out);
}

#define AT(type, object, offset) (*(type const *)(const void *)((const char *)(object) + (offset)))

static bool append_of_step(const struct context *context, const struct source *source,
                           struct text *out)
{
    const struct context_step *step = &AT(struct context_step, context, source->step);

    if (!step->has_run)
        return false;
    if (source->origin == FROM_STEP_STRING)
        return append_string(AT(char *, step, source->offset), out);
    if (source->origin == FROM_STEP_LATENCY)
        return append_number(AT(int64_t, step, source->offset), out);
    return AT(int, step, source->offset) != 0 && append_number(AT(int, step, source->offset), out);
}

static bool append_own(const struct context *context, const struct source *source, struct text *out)
{
    const char *string;

    if (source->origin == FROM_NUMBER)
        return AT(int, context, source->offset) != 0 &&
               append_number(AT(int, context, source->offset), out);
    string = AT(char *, context, source->offset);
    if (source->origin == FROM_STRING)
        return append_string(string, out);
    if (string)
        text_append_json_string(out, string);
    return string;
}

bool context_append(const struct context *context, const struct context_reference *reference,
                    struct text *out)
{
    const struct event *event = context->event;
    const struct source *source;

    if (reference->variable == CONTEXT_UNKNOWN ||
        !context_variable_is_of(reference->variable, context->kind))
        return false;
    source = &sources[reference->variable];
    switch (source->origin) {
    case FROM_KIND:
        return append_string(kind_name(context->kind), out);
    case FROM_REQUEST_ID:
        return append_string(event->request_id, out);
    case FROM_REQUEST_TIME:
        return append_request_time(event, out);
    case FROM_DIRECTION:
        return append_string("IN", out);
    case FROM_EVENT_STRING:
        return append_string(AT(char *, event, source->offset), out);
    case FROM_EVENT_NUMBER:
        return append_number(AT(int64_t, event, source->offset), out);
    case FROM_STRING:
    case FROM_QUOTED:
    case FROM_NUMBER:
        return append_own(context, source, out);
    case FROM_STEP_STRING:
    case FROM_STEP_NUMBER:
    case FROM_STEP_LATENCY:
        return append_of_step(context, source, out);
    case FROM_CREDENTIALS:
        return append_credential(event, strchr(context_variable_name(reference->variable), '.') + 1,
                                 out);
    case FROM_AUTHORIZER:
        return append_member(event->facts.authorizer, reference->member, reference->member_size,
                             out);
    }
    return false;
}

bool context_append_path(const struct context *context, const char *path, size_t size,
                         enum context_use use, struct text *out)
{
    struct context_reference reference;

    return context_refer(path, size, use, &reference) && context_append(context, &reference, out);
}

/* The JSON object while it is written. */
struct writing {
    struct text *out;
    const char *group; /* name of the object that is open in it; NULL: none */
    size_t group_size;
    bool needs_comma;
};

static void close_group(struct writing *writing)
{
    if (!writing->group)
        return;
    text_append_character(writing->out, '}');
    writing->group       = NULL;
    writing->needs_comma = true;
}

/* Opens the object that name belongs in, and returns the name that is left. */
static const char *open_group(struct writing *writing, const char *name)
{
    const char *dot = strchr(name, '.');
    size_t size     = dot ? (size_t)(dot - name) : 0;

    if (writing->group && (size != writing->group_size || memcmp(name, writing->group, size) != 0))
        close_group(writing);
    if (dot && !writing->group) {
        text_append_format(writing->out, "%s\"%.*s\":{", writing->needs_comma ? "," : "", (int)size,
                           name);
        writing->group       = name;
        writing->group_size  = size;
        writing->needs_comma = false;
    }
    return dot ? dot + 1 : name;
}

static void write_member(struct writing *writing, const char *path, const struct text *value)
{
    const char *name = open_group(writing, path);

    if (writing->needs_comma)
        text_append_character(writing->out, ',');
    writing->needs_comma = true;
    text_append_json_string(writing->out, name);
    text_append_character(writing->out, ':');
    text_append_json(writing->out, text_string(value), value->size);
}

static void write_authorizer(struct writing *writing, const char *authorizer)
{
    const struct json_path whole = {NULL, 0};
    struct json_span document;
    struct json_span name;
    struct json_span value;
    struct json_cursor cursor;

    if (!authorizer || !json_scan(authorizer, strlen(authorizer), &whole, &document, 1))
        return;
    cursor = json_cursor_begin(&document);
    while (json_cursor_next(&cursor, &name, &value)) {
        SCOPED_TEXT path    = {0};
        SCOPED_TEXT content = {0};

        open_group(writing, context_variable_name(CONTEXT_AUTHORIZER_MEMBER));
        json_span_decode(&name, &path);
        if (!append_span(&value, &content))
            continue;
        if (writing->needs_comma)
            text_append_character(writing->out, ',');
        writing->needs_comma = true;
        text_append_json(writing->out, text_string(&path), path.size);
        text_append_character(writing->out, ':');
        text_append_json(writing->out, text_string(&content), content.size);
    }
}

void context_write_json(const struct context *context, enum context_use use, struct text *out)
{
    struct writing writing = {.out = out};

    text_append_character(out, '{');
    for (unsigned i = 0; i < CONTEXT_UNKNOWN; i++) {
        const struct context_reference reference = {.variable = (enum context_variable)i};
        SCOPED_TEXT value                        = {0};

        if (!context_variable_is_for(reference.variable, use))
            continue;
        if (sources[i].origin == FROM_AUTHORIZER)
            write_authorizer(&writing, context->event->facts.authorizer);
        else if (context_append(context, &reference, &value))
            write_member(&writing, context_variable_name(reference.variable), &value);
    }
    close_group(&writing);
    text_append_character(out, '}');
}
