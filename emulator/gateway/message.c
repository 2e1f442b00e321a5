#include "gateway/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "base/utf8.h"
#include "gateway/access_log.h"
#include "gateway/connection.h"
#include "gateway/gateway_state.h"
#include "gateway/integration_call.h"
#include "gateway/proxy_result.h"
#include "gateway/request_check.h"
#include "gateway/route_metrics.h"
#include "gateway/route_selection.h"
#include "gateway/snapshot.h"
#include "lambda/failure.h"
#include "lambda/lambda.h"
#include "model/limits.h"

struct message {
    struct invocation invocation;
    struct gateway *gateway;
    struct queue_link link;        /* in the connection's messages, or the gateway's orphans */
    struct connection *connection; /* NULL: it has ended */
    struct snapshot *snapshot;     /* kept */
    struct snapshot_route *route;
    struct integration_call *call; /* instead of the invocation; NULL: none is under way */
    struct access_entry *entry;    /* of the access log; NULL: there is none */
    char request_id[ID_SIZE];      /* the gateway's: the client finds it in an error frame */
    char connection_id[ID_SIZE];
};

/* Lambda's; NULL where no function is called. */
static const char *request_id_of(const struct message *message)
{
    return message->invocation.request_id[0] ? message->invocation.request_id : NULL;
}

/* What every line about a message has: Lambda's request id, and the gateway's. */
/* clang-format off */
#define MESSAGE_FIELDS(message, why)                                                               \
    LOG_FIELDS({"connectionId", (message)->connection_id},                                         \
               {"routeKey", (message)->route->route_key},                                          \
               {"functionName", (message)->route->function},                                       \
               {"requestId", request_id_of(message)},                                    \
               {"extendedRequestId", (message)->request_id}, {"reason", why})
/* clang-format on */

/* AWS: messages to the client count as well. */
static void send_text(struct connection *connection, struct route_metrics *metrics,
                      const char *data, size_t size)
{
    switch (connection_send(connection, data, size)) {
    case SEND_DONE:
        metrics->message_count++;
        break;
    case SEND_CLOSED:
        break;
    case SEND_QUEUE_FULL:
        connection->gateway->metrics.dropped_answers++;
        log_warn(LOG_FIELDS({"connectionId", connection->id}, {"reason", REASON_SEND_QUEUE_FULL}),
                 "an answer of %zu bytes was dropped: the client doesn't read what it was sent",
                 size);
        break;
    }
}

/*
 * AWS (observed in many transcripts): these spaces and no others.
 */
static void send_error_frame(struct connection *connection, struct route_metrics *metrics,
                             const char *text, const char *request_id)
{
    SCOPED_TEXT frame = {0};

    text_append_format(&frame,
                       "{\"message\": \"%s\", \"connectionId\":\"%s\", \"requestId\":\"%s\"}", text,
                       connection->id, request_id);
    send_text(connection, metrics, frame.data, frame.size);
}

/* A result that nobody waits for. */
static void note_dropped_body(struct message *message)
{
    if (message->route->warned_of_body)
        return;
    message->route->warned_of_body = true;
    log_info(MESSAGE_FIELDS(message, REASON_NO_ROUTE_RESPONSE),
             "the handler returned a body, and the route has no route response: AWS sends nothing "
             "to the client; set \"routeResponse\": true, or post to the connection (said once)");
}

/* How the client sees it that the access log is written for. */
static void note_error_frame(struct message *message, const char *text)
{
    if (message->entry)
        access_log_take_frame(&message->entry->context, text);
}

/* AWS?: what is no proxy result fails on a two-way route and is nothing on a one-way one; a result
 * without a body, or with an empty one, sends nothing. */
/* AWS: a message has at most 128 KB. AWS?: an answer that is longer is an error frame. */
static void refuse_answer(struct message *message, size_t size)
{
    message->route->metrics->execution_error++;
    log_warn(MESSAGE_FIELDS(message, REASON_MESSAGE_TOO_LARGE),
             "the client gets an error frame \"Internal server error\": the answer has a body "
             "of %zu bytes, and a message has at most %zu KB on AWS",
             size, message->gateway->management.body_size_max / 1024);
    note_error_frame(message, "Internal server error");
    send_error_frame(message->connection, message->route->metrics, "Internal server error",
                     message->request_id);
}

static void send_answer(struct message *message, const struct text *body)
{
    if (body->size > message->gateway->management.body_size_max)
        refuse_answer(message, body->size);
    else if (body->size > 0)
        send_text(message->connection, message->route->metrics, body->data, body->size);
}

static void take_result(struct message *message, const struct text *payload)
{
    struct proxy_result result;
    bool is_proxy_result = proxy_result_read(text_string(payload), payload->size, &result);

    if (is_proxy_result && result.status >= 400)
        message->route->metrics->integration_error++;
    if (!is_proxy_result && message->route->is_two_way) {
        message->route->metrics->execution_error++;
        note_error_frame(message, "Internal server error");
    }
    if (!message->connection) {
        if (message->route->is_two_way && is_proxy_result && result.body.data)
            log_info(MESSAGE_FIELDS(message, REASON_CLIENT_LEFT),
                     "an answer is dropped, as on AWS: the client has left");
        return;
    }
    if (!message->route->is_two_way) {
        if (is_proxy_result && result.body.data)
            note_dropped_body(message);
        return;
    }
    if (!is_proxy_result) {
        log_warn(
            MESSAGE_FIELDS(message, REASON_MALFORMED_PROXY_RESULT),
            "the client gets an error frame \"Internal server error\", as on AWS: the handler of "
            "a two-way route must return {\"statusCode\": 200, \"body\": \"…\"}, and returned "
            "%.200s",
            text_string(payload));
        send_error_frame(message->connection, message->route->metrics, "Internal server error",
                         message->request_id);
        return;
    }
    if (result.body.data) {
        SCOPED_TEXT body = {0};

        json_span_decode(&result.body, &body);
        send_answer(message, &body);
    }
}

/* AWS: all frames to clients are text. AWS?: other bytes are sent as they are, as posts are. */
static void note_bytes(struct message *message, const struct text *body)
{
    if (!utf8_is_valid(text_string(body), body->size))
        log_warn(MESSAGE_FIELDS(message, REASON_NOT_TEXT),
                 "the answer is no UTF-8, and clients refuse such a frame: CONVERT_TO_TEXT of the "
                 "integration response makes base64 of it");
}

/* What an integration said that is no Lambda proxy. AWS?: an error status is no error frame: its
 * body goes to the client like any other. */
static void take_answer(struct message *message, const struct integration_result *result)
{
    if (result->status >= 400) {
        message->route->metrics->integration_error++;
        log_info(MESSAGE_FIELDS(message, REASON_INTEGRATION_FAILED),
                 "the integration answered with %d", result->status);
    }
    if (message->connection && message->route->is_two_way) {
        note_bytes(message, &result->body);
        send_answer(message, &result->body);
    } else if (message->route->is_two_way && result->body.size > 0) {
        log_info(MESSAGE_FIELDS(message, REASON_CLIENT_LEFT),
                 "an answer is dropped, as on AWS: the client has left");
    }
}

/* what: "handler", or "integration". */
static void fail_with(struct message *message, const char *reason, const char *text,
                      const char *what, const char *why)
{
    note_error_frame(message, text);
    if (!message->connection) {
        log_warn(MESSAGE_FIELDS(message, reason),
                 "the client has left, and gets no error frame; %s: %s", what, why);
        return;
    }
    log_warn(MESSAGE_FIELDS(message, reason),
             "the client gets an error frame \"%s\", as on AWS; %s: %s", text, what, why);
    send_error_frame(message->connection, message->route->metrics, text, message->request_id);
}

static void fail(struct message *message, const char *reason, const char *text)
{
    SCOPED_TEXT why = {0};

    failure_describe(&message->invocation, &why);
    fail_with(message, reason, text, "handler", text_string(&why));
}

/* AWS?: which failure counts as which error isn't documented further than the names say. */
static void count(struct message *message)
{
    const struct invocation *invocation = &message->invocation;
    struct route_metrics *metrics       = message->route->metrics;

    histogram_add(&metrics->integration_latency, invocation->duration_microseconds);
    if (invocation->outcome == INVOCATION_FUNCTION_ERROR)
        metrics->integration_error++;
    else if (invocation->outcome != INVOCATION_SUCCEEDED)
        metrics->execution_error++;
}

static void message_free(struct message *message)
{
    integration_call_free(message->call);
    access_entry_free(message->entry);
    text_deinit(&message->invocation.payload);
    text_deinit(&message->invocation.event);
    snapshot_drop(message->snapshot);
    free(message);
}

/* Before it is known what becomes of the result. */
static void fill_entry(struct message *message, struct text *error)
{
    if (message->entry)
        access_log_take_invocation(&message->entry->context, &message->invocation, error);
}

static void write_entry(const struct message *message)
{
    if (message->entry)
        access_log_write(message->snapshot->access_log, &message->entry->context);
}

/* Sending may have ended the connection. */
static void end(struct message *message)
{
    write_entry(message);
    queue_remove(message->connection ? &message->connection->messages : &message->gateway->orphans,
                 &message->link);
    message_free(message);
}

static void on_message_done(struct invocation *invocation)
{
    struct message *message = container_of(invocation, struct message, invocation);
    SCOPED_TEXT error       = {0};

    count(message);
    fill_entry(message, &error);
    switch (invocation->outcome) {
    case INVOCATION_SUCCEEDED:
        take_result(message, &invocation->payload);
        break;
    case INVOCATION_FUNCTION_ERROR:
        fail(message, REASON_HANDLER_FAILED, "Internal server error");
        break;
    case INVOCATION_TIMED_OUT:
        fail(message, REASON_INTEGRATION_TIMEOUT, "Endpoint request timed out");
        break;
    case INVOCATION_THROTTLED:
        fail(message, REASON_FUNCTION_THROTTLED, "Internal server error");
        break;
    case INVOCATION_NO_FUNCTION:
        fail(message, REASON_NO_FUNCTION, "Internal server error");
        break;
    }
    end(message);
}

static void on_call_done(void *owner, struct integration_result *result)
{
    struct message *message = owner;

    message->call = NULL; /* frees itself */
    histogram_add(&message->route->metrics->integration_latency, result->duration_microseconds);
    if (message->entry)
        integration_result_describe(result, &message->entry->context);
    if (result->outcome == INTEGRATION_ANSWERED) {
        take_answer(message, result);
    } else {
        message->route->metrics->execution_error++;
        fail_with(message, result->reason, integration_outcome_text(result->outcome), "integration",
                  text_string(&result->problem));
    }
    end(message);
}

static struct message *message_new(struct connection *connection, struct snapshot_route *route,
                                   const struct event *event, const char *message_id)
{
    struct message *message = NEW(struct message);

    message->gateway    = connection->gateway;
    message->connection = connection;
    message->snapshot   = snapshot_keep(connection->stage->snapshot);
    message->route      = route;
    memcpy(message->request_id, event->request_id, ID_SIZE);
    memcpy(message->connection_id, connection->id, ID_SIZE);
    if (message->snapshot->access_log)
        message->entry = access_entry_new(event, CONTEXT_OF_MESSAGE, route->route_key, message_id);
    queue_push(&connection->messages, &message->link);
    return message;
}

static void call_integration(struct message *message, const struct event *event,
                             const char *message_id, const char *data, size_t size)
{
    const struct integration_request request = {
        .gateway    = message->gateway,
        .snapshot   = message->snapshot,
        .plan       = message->route->plan,
        .event      = event,
        .kind       = CONTEXT_OF_MESSAGE,
        .route_key  = message->route->route_key,
        .message_id = message_id,
        .body       = data,
        .body_size  = size,
    };

    message->call = integration_call_begin(&request, on_call_done, message);
}

static void invoke(struct message *message, const struct event *event, const char *message_id,
                   const char *data, size_t size)
{
    const struct snapshot_route *route = message->route;

    message->invocation.function             = route->function;
    message->invocation.timeout_milliseconds = route->timeout_milliseconds;
    message->invocation.connection_id        = message->connection->id;
    message->invocation.done                 = on_message_done;
    text_reserve(&message->invocation.event, size + size / 8 + 1024);
    event_write_message(event, route->route_key, message_id, data, size,
                        &message->invocation.event);
    lambda_invoke(message->gateway->settings.lambda, &message->invocation);
}

static void run(struct connection *connection, struct snapshot_route *route,
                const struct event *event, const char *data, size_t size)
{
    struct message *message;
    char message_id[ID_SIZE];

    id_message(event->now, connection->id, message_id);
    message = message_new(connection, route, event, message_id);
    if (route->plan)
        call_integration(message, event, message_id, data, size);
    else
        invoke(message, event, message_id, data, size);
}

/* A message that no integration is asked about: the client gets an error frame instead. */
static void send_refusal(struct connection *connection, struct route_metrics *metrics,
                         const char *text, const char *validation_error, const struct event *event)
{
    const struct snapshot *snapshot = connection->stage->snapshot;

    if (snapshot && snapshot->access_log) {
        char message_id[ID_SIZE];
        struct context context = {
            .event      = event,
            .kind       = CONTEXT_OF_MESSAGE,
            .route_key  = metrics == connection->stage->on_none ? NULL : metrics->route_key,
            .message_id = message_id,
        };

        id_message(event->now, connection->id, message_id);
        context.validation_error = validation_error;
        access_log_take_frame(&context, text);
        access_log_write(snapshot->access_log, &context);
    }
    send_error_frame(connection, metrics, text, event->request_id);
}

static void refuse(struct connection *connection, const char *key, const struct event *event)
{
    log_warn(LOG_FIELDS({"connectionId", connection->id}, {"extendedRequestId", event->request_id},
                        {"reason", REASON_NO_ROUTE}),
             "no route \"%.100s\" and no $default route: AWS answers with a Forbidden frame and "
             "keeps the connection",
             key);
    send_refusal(connection, connection->stage->on_none, "Forbidden", NULL, event);
}

/* AWS?: a throttled message gets an error frame. */
static void refuse_throttled(struct connection *connection, struct route_metrics *metrics,
                             enum throttle throttle, const struct event *event)
{
    metrics->client_error++;
    connection->gateway->metrics.throttled[throttle]++;
    log_warn(LOG_FIELDS({"connectionId", connection->id}, {"extendedRequestId", event->request_id},
                        {"routeKey", metrics->route_key}, {"reason", REASON_THROTTLED}),
             "the client gets an error frame \"Too Many Requests\": %s", throttle_text(throttle));
    send_refusal(connection, metrics, "Too Many Requests", NULL, event);
    if (++connection->throttled_count >= THROTTLED_MESSAGES_MAX)
        connection_close(connection, CLOSE_THROTTLED);
}

/* AWS: the client isn't told why. */
static void refuse_body(struct connection *connection, const struct snapshot_route *route,
                        const struct text *problems, const struct event *event)
{
    route->metrics->client_error++;
    log_warn(
        LOG_FIELDS({"connectionId", connection->id}, {"routeKey", route->route_key},
                   {"extendedRequestId", event->request_id}, {"reason", REASON_INVALID_BODY}),
        "the client gets an error frame \"Invalid request body\", as on AWS: Request body does "
        "not match model schema for content type application/json: %s",
        text_string(problems));
    send_refusal(connection, route->metrics, "Invalid request body", text_string(problems), event);
}

void message_begin(struct connection *connection, const char *data, size_t size)
{
    struct snapshot *snapshot     = connection->stage->snapshot;
    struct snapshot_route *route  = NULL;
    struct route_metrics *metrics = connection->stage->on_none;
    SCOPED_TEXT key               = {0};
    SCOPED_TEXT problems          = {0};
    struct event event;
    enum throttle throttle;

    connection_fill_event(connection, snapshot ? text_string(&snapshot->stage_variables) : "",
                          clock_milliseconds(), &event);
    if (snapshot)
        route = route_select(snapshot, data, size, &key);
    if (route)
        metrics = route->metrics;
    metrics->message_count++;
    throttle = throttling_request(&connection->gateway->throttling, route, clock_microseconds());
    if (throttle != THROTTLE_NONE) {
        refuse_throttled(connection, metrics, throttle, &event);
        return;
    }
    connection->throttled_count = 0;
    if (!route) {
        metrics->client_error++;
        refuse(connection, text_string(&key), &event);
    } else if (!request_check_message(route->check, data, size, &problems)) {
        refuse_body(connection, route, &problems, &event);
    } else if (!snapshot_route_calls(route)) {
        log_warn(
            LOG_FIELDS({"connectionId", connection->id}, {"routeKey", route->route_key},
                       {"extendedRequestId", event.request_id}, {"reason", REASON_NO_INTEGRATION}),
            "the client gets an error frame \"Internal server error\", as on AWS: the route has "
            "no integration");
        metrics->execution_error++;
        send_refusal(connection, metrics, "Internal server error", NULL, &event);
    } else {
        run(connection, route, &event, data, size);
    }
}

void messages_forget(struct connection *connection)
{
    struct queue_link *link;

    while ((link = queue_pop(&connection->messages))) {
        container_of(link, struct message, link)->connection = NULL;
        queue_push(&connection->gateway->orphans, link);
    }
}

void messages_free(struct gateway *gateway)
{
    struct queue_link *link;

    while ((link = queue_pop(&gateway->orphans))) {
        struct message *message = container_of(link, struct message, link);

        invocation_cancel(&message->invocation);
        message_free(message);
    }
}
