#include "gateway/event.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/event_headers.h"
#include "http/request_head.h"

/* Puts a member at the end of a JSON object, whose closing brace is written once more; an empty
 * text becomes an object. */
static void append_string_member(struct text *object, const char *name, const char *value)
{
    if (object->size > 0)
        text_cut(object, object->size - 1);
    text_append_format(object, "%s\"%s\":", object->size > 0 ? "," : "{", name);
    text_append_json_string(object, value);
    text_append_character(object, '}');
}

void event_write_api_key(const char *value, const char *id, struct text *credentials)
{
    append_string_member(credentials, "apiKey", value);
    append_string_member(credentials, "apiKeyId", id);
}

/* AWS?: where these stand isn't known; here each access key is a user of its own. */
void event_write_signer(const char *account, const char *access_key, struct text *credentials)
{
    SCOPED_MEMORY char *arn = memory_format("arn:aws:iam::%s:user/%s", account, access_key);

    append_string_member(credentials, "accountId", account);
    append_string_member(credentials, "accessKey", access_key);
    append_string_member(credentials, "caller", access_key);
    append_string_member(credentials, "user", access_key);
    append_string_member(credentials, "userArn", arn);
}

/* A member whose value needs no escaping. */
static void append_member(struct text *out, const char *name, const char *value)
{
    text_append_character(out, ',');
    text_append_character(out, '"');
    text_append_string(out, name);
    text_append_string(out, "\":\"");
    text_append_string(out, value);
    text_append_character(out, '"');
}

static void append_stage_variables(const struct event *event, struct text *out)
{
    if (event->stage_variables[0] == '\0')
        return;
    text_append_string(out, "\"stageVariables\":");
    text_append_string(out, event->stage_variables);
    text_append_character(out, ',');
}

static void append_authorizer(const struct event *event, struct text *out)
{
    if (!event->facts.authorizer)
        return;
    text_append_string(out, ",\"authorizer\":");
    text_append_string(out, event->facts.authorizer);
}

static void append_request(const struct event *event, const char *type, struct text *out)
{
    char request_time[CLOCK_REQUEST_TIME_SIZE];

    clock_format_request_time(event->now, request_time);
    append_member(out, "eventType", type);
    append_member(out, "extendedRequestId", event->request_id);
    append_member(out, "requestTime", request_time);
    append_member(out, "messageDirection", "IN");
}

static void append_identity(const struct event_facts *facts, struct text *out)
{
    text_append_string(out, ",\"identity\":{");
    if (facts->user_agent) {
        text_append_string(out, "\"userAgent\":");
        text_append_json_string(out, facts->user_agent);
        text_append_character(out, ',');
    }
    text_append_string(out, "\"sourceIp\":");
    text_append_json_string(out, facts->source_ip);
    if (facts->credentials) { /* an object that has members: they go on here, with its brace */
        text_append_character(out, ',');
        text_append_string(out, facts->credentials + 1);
    } else {
        text_append_character(out, '}');
    }
}

/* From "stage" to the end of the requestContext. */
static void append_connection(const struct event *event, struct text *out)
{
    append_member(out, "stage", event->facts.stage);
    text_append_string(out, ",\"connectedAt\":");
    text_append_number(out, event->facts.connected_at);
    text_append_string(out, ",\"requestTimeEpoch\":");
    text_append_number(out, event->now);
    append_identity(&event->facts, out);
    append_member(out, "requestId", event->request_id);
    text_append_string(out, ",\"domainName\":");
    text_append_json_string(out, event->facts.domain_name);
    append_member(out, "connectionId", event->facts.connection_id);
    append_member(out, "apiId", event->facts.api_id);
    text_append_character(out, '}');
}

void event_write_connect(const struct event *event, const struct request_head *head,
                         const char *trace_id, struct text *out)
{
    text_append_character(out, '{');
    event_write_headers(head, event->facts.source_ip, trace_id, EVENT_OF_CONNECT, out);
    text_append_character(out, ',');
    event_write_query(head->target, EVENT_OF_CONNECT, out);
    append_stage_variables(event, out);
    text_append_string(out, "\"requestContext\":{\"routeKey\":\"$connect\"");
    append_authorizer(event, out);
    append_request(event, "CONNECT", out);
    append_connection(event, out);
    text_append_string(out, ",\"isBase64Encoded\":false}");
}

void event_write_authorizer(const struct event *event, const struct request_head *head,
                            const char *trace_id, const char *method_arn, struct text *out)
{
    text_append_string(out, "{\"type\":\"REQUEST\",\"methodArn\":");
    text_append_json_string(out, method_arn);
    text_append_character(out, ',');
    event_write_headers(head, event->facts.source_ip, trace_id, EVENT_OF_AUTHORIZER, out);
    text_append_character(out, ',');
    event_write_query(head->target, EVENT_OF_AUTHORIZER, out);
    text_append_string(out, "\"stageVariables\":");
    text_append_string(out, event->stage_variables[0] ? event->stage_variables : "{}");
    text_append_string(out, ",\"requestContext\":{\"routeKey\":\"$connect\"");
    append_request(event, "CONNECT", out);
    append_connection(event, out);
    text_append_character(out, '}');
}

void event_write_latency(const char *authorizer, long long milliseconds, struct text *out)
{
    text_append(out, authorizer, strlen(authorizer) - 1);
    text_append_format(out, ",\"integrationLatency\":%lld}", milliseconds);
}

void event_write_message(const struct event *event, const char *route_key, const char *message_id,
                         const char *body, size_t size, struct text *out)
{
    text_append_character(out, '{');
    append_stage_variables(event, out);
    text_append_string(out, "\"requestContext\":{\"routeKey\":");
    text_append_json_string(out, route_key);
    append_member(out, "messageId", message_id);
    append_authorizer(event, out);
    append_request(event, "MESSAGE", out);
    append_connection(event, out);
    text_append_string(out, ",\"body\":");
    text_append_json(out, body, size);
    text_append_string(out, ",\"isBase64Encoded\":false}");
}

/* AWS (observed): exactly these four headers, the last three empty. */
static void append_disconnect_headers(const struct event *event, struct text *out)
{
    text_append_string(out, "\"headers\":{\"Host\":");
    text_append_json_string(out, event->facts.domain_name);
    text_append_string(out, ",\"x-api-key\":\"\",\"X-Forwarded-For\":\"\",\"x-restapi\":\"\"},"
                            "\"multiValueHeaders\":{\"Host\":[");
    text_append_json_string(out, event->facts.domain_name);
    text_append_string(out,
                       "],\"x-api-key\":[\"\"],\"X-Forwarded-For\":[\"\"],\"x-restapi\":[\"\"]},");
}

void event_write_disconnect(const struct event *event, int status_code, const char *reason,
                            struct text *out)
{
    text_append_character(out, '{');
    append_disconnect_headers(event, out);
    append_stage_variables(event, out);
    text_append_string(out, "\"requestContext\":{\"routeKey\":\"$disconnect\"");
    text_append_format(out, ",\"disconnectStatusCode\":%d", status_code);
    append_authorizer(event, out);
    append_request(event, "DISCONNECT", out);
    text_append_string(out, ",\"disconnectReason\":");
    text_append_json_string(out, reason);
    append_connection(event, out);
    text_append_string(out, ",\"isBase64Encoded\":false}");
}
