#include "gateway/handshake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "front/front.h"
#include "gateway/access_log.h"
#include "gateway/admission.h"
#include "gateway/authorization.h"
#include "gateway/connection.h"
#include "gateway/departure.h"
#include "gateway/gateway_state.h"
#include "gateway/integration_call.h"
#include "gateway/proxy_result.h"
#include "gateway/request_check.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "http/plain_answer.h"
#include "http/request_head.h"
#include "lambda/failure.h"
#include "lambda/lambda.h"
#include "loop/loop.h"
#include "store/store_connection.h"

/*
 *     RESOLVING --> AUTHORIZING --> CONNECTING --> RECORDING --> ADOPTED
 *         |              |              |              |
 *         +--------------+--------------+--------------+-------> REFUSED
 *
 * The client gets its 101 only after the authorizer and the $connect route have said yes and the
 * row is on disk. A client that leaves meanwhile is forgotten, but a $connect that then succeeds is
 * recorded and gets its $disconnect. AWS?: one that leaves before its authorizer has answered never
 * comes to its $connect.
 */

enum handshake_state {
    HANDSHAKE_RESOLVING,
    HANDSHAKE_AUTHORIZING,
    HANDSHAKE_CONNECTING,
    HANDSHAKE_RECORDING,
    HANDSHAKE_ADOPTED,
    HANDSHAKE_REFUSED,
};

struct handshake {
    struct gateway *gateway;
    struct queue_link link; /* in the gateway's handshakes */
    enum handshake_state state;
    struct arrival *arrival;       /* NULL: the client has left */
    struct connection *connection; /* from AUTHORIZING on */
    struct snapshot *snapshot;     /* kept, from AUTHORIZING on */
    const struct snapshot_route *route;
    struct authorization authorization;
    char trace_id[ID_TRACE_SIZE]; /* "" until an event has it: trace_id() */
    struct invocation invocation;
    struct integration_call *call; /* instead of it; NULL: none is under way */
    bool has_answered;             /* the $connect handler has */
    char request_id[ID_SIZE];      /* of the $connect event, or of the refusal before it */
    struct store_waiter row;
    struct text protocol; /* the subprotocol that the handler chose; empty: none */
};

static void find_stage(struct handshake *handshake);
static void authorize(struct handshake *handshake);
static void run_connect_route(struct handshake *handshake);
static void write_row(struct handshake *handshake);
static void hand_over(struct handshake *handshake);
static void finish(struct handshake *handshake);

#define TO(state) (1u << HANDSHAKE_##state)

/* clang-format off */
static const struct {
    const char *name;
    unsigned may_become; /* one bit per state */
    void (*enter)(struct handshake *handshake);
} states[] = {
    [HANDSHAKE_RESOLVING]  = {"resolving",  TO(AUTHORIZING) | TO(REFUSED), find_stage},
    [HANDSHAKE_AUTHORIZING] = {"authorizing", TO(CONNECTING) | TO(REFUSED), authorize},
    [HANDSHAKE_CONNECTING] = {"connecting", TO(RECORDING) | TO(REFUSED),  run_connect_route},
    [HANDSHAKE_RECORDING]  = {"recording",  TO(ADOPTED) | TO(REFUSED),    write_row},
    [HANDSHAKE_ADOPTED]    = {"adopted",    0,                            hand_over},
    [HANDSHAKE_REFUSED]    = {"refused",    0,                            finish},
};
/* clang-format on */

/* The only place where a handshake changes state. */
static void become(struct handshake *handshake, enum handshake_state state)
{
    assert(states[handshake->state].may_become & (1u << state));
    log_debug(
        LOG_FIELDS({"connectionId", handshake->connection ? handshake->connection->id : NULL}),
        "handshake: %s -> %s", states[handshake->state].name, states[state].name);
    handshake->state = state;
    states[state].enter(handshake);
}

static void handshake_free(void *object)
{
    struct handshake *handshake = object;

    text_deinit(&handshake->protocol);
    authorization_deinit(&handshake->authorization);
    integration_call_free(handshake->call);
    text_deinit(&handshake->invocation.event);
    text_deinit(&handshake->invocation.payload);
    snapshot_drop(handshake->snapshot);
    free(handshake);
}

/* Nothing is left to do. */
static void finish(struct handshake *handshake)
{
    assert(!handshake->arrival);
    queue_remove(&handshake->gateway->handshakes, &handshake->link);
    loop_free_later(handshake->gateway->settings.loop, handshake, handshake_free);
}

static void forget_connection(struct handshake *handshake)
{
    if (handshake->connection)
        connection_free(handshake->connection);
    handshake->connection = NULL;
}

/* For the answer with that status. */
static int take_socket(struct handshake *handshake, unsigned status)
{
    struct arrival *arrival = handshake->arrival;

    status_counts_add(&handshake->gateway->metrics.handshakes, status);
    handshake->arrival = NULL;
    return arrival_take(arrival);
}

static void answer_error(struct handshake *handshake, enum aws_error error, const char *detail)
{
    if (handshake->arrival)
        plain_answer_error(handshake->gateway->settings.answers,
                           take_socket(handshake, aws_error_status(error)), error, detail);
}

/* Writes the line of the access log: error is what the client got instead of what the $connect
 * route or the gateway said, NULL: nothing. The connection must still be there. */
static void log_access(struct handshake *handshake, const enum aws_error *error, const char *detail)
{
    struct context context = {.kind = CONTEXT_OF_CONNECT, .route_key = "$connect"};
    SCOPED_TEXT authorizer = {0};
    SCOPED_TEXT failure    = {0};
    SCOPED_TEXT message    = {0};
    struct event event;

    if (!handshake->connection || !handshake->snapshot->access_log)
        return;
    connection_fill_event(handshake->connection, "", clock_milliseconds(), &event);
    if (handshake->request_id[0])
        memcpy(event.request_id, handshake->request_id, ID_SIZE);
    context.event  = &event;
    context.status = ACCESS_LOG_CONNECTED_STATUS;
    access_log_take_authorization(&context, &handshake->authorization, &authorizer);
    if (handshake->has_answered)
        access_log_take_invocation(&context, &handshake->invocation, &failure);
    if (error)
        access_log_take_error(&context, *error, detail, &message);
    access_log_write(handshake->snapshot->access_log, &context);
}

/* Refuses with one of AWS's own answers. */
static void refuse(struct handshake *handshake, enum aws_error error, const char *detail)
{
    log_access(handshake, &error, detail);
    answer_error(handshake, error, detail);
    forget_connection(handshake);
    become(handshake, HANDSHAKE_REFUSED);
}

static void log_refusal(const struct handshake *handshake, enum aws_error error, const char *reason,
                        const char *text)
{
    const struct connection *connection = handshake->connection;

    log_warn(LOG_FIELDS({"connectionId", connection ? connection->id : NULL},
                        {"sourceIp", arrival_source_ip(handshake->arrival)}, {"reason", reason}),
             "refused the upgrade of %.300s with %u: %s", arrival_head(handshake->arrival)->target,
             aws_error_status(error), text);
}

static const char *subprotocols(const struct request_head *head)
{
    return request_head_find(head, "Sec-WebSocket-Protocol");
}

static void make_connection(struct handshake *handshake, const struct address *address)
{
    struct gateway *gateway         = handshake->gateway;
    const struct request_head *head = arrival_head(handshake->arrival);
    int64_t now                     = clock_milliseconds();
    char id[ID_SIZE];
    const struct event_facts facts = {
        .connection_id = id,
        .api_id        = address->stage->api_id,
        .stage         = address->stage->stage_name,
        .domain_name   = address->domain[0] ? address->domain : gateway->domain,
        .source_ip     = arrival_source_ip(handshake->arrival),
        .user_agent    = request_head_find(head, "User-Agent"),
        .connected_at  = now,
    };

    id_connection(now, 0, id);
    handshake->snapshot = snapshot_keep(address->stage->snapshot);
    handshake->route    = snapshot_find_route(handshake->snapshot, "$connect");
    handshake->connection =
        connection_new(gateway, address->stage, &facts, handshake->snapshot->deployment_id);
}

static void find_stage(struct handshake *handshake)
{
    const struct request_head *head = arrival_head(handshake->arrival);
    struct admission admission;

    if (!admission_check(handshake->gateway, head, &admission)) {
        log_refusal(handshake, admission.error, admission.reason, admission.text);
        refuse(handshake, admission.error, admission.detail);
        return;
    }
    make_connection(handshake, &admission.address);
    become(handshake, HANDSHAKE_AUTHORIZING);
}

static void on_client_left(void *owner)
{
    struct handshake *handshake = owner;
    struct arrival *arrival     = handshake->arrival;

    log_info(LOG_FIELDS({"connectionId", handshake->connection->id},
                        {"reason", REASON_LEFT_DURING_CONNECT}),
             "the client left before its %s had answered",
             handshake->state == HANDSHAKE_AUTHORIZING ? "authorizer" : "$connect handler");
    handshake->arrival = NULL;
    arrival_drop(arrival);
}

/* Of the $connect route, which may not exist. */
static struct route_metrics *metrics_of(const struct handshake *handshake)
{
    return handshake->connection->stage->on_connect;
}

static const char *string_or_null(const struct text *text)
{
    return text->size > 0 ? text_string(text) : NULL;
}

static void take_authorization(struct handshake *handshake)
{
    const struct authorization *authorization = &handshake->authorization;

    if (authorization->state == AUTHORIZATION_REFUSED) {
        if (aws_error_status(authorization->error) < 500)
            metrics_of(handshake)->client_error++;
        else
            metrics_of(handshake)->execution_error++;
        refuse(handshake, authorization->error, text_string(&authorization->detail));
    } else if (!handshake->arrival) {
        forget_connection(handshake);
        become(handshake, HANDSHAKE_REFUSED);
    } else {
        connection_authorize(handshake->connection, string_or_null(&authorization->context),
                             string_or_null(&authorization->credentials));
        become(handshake, HANDSHAKE_CONNECTING);
    }
}

static void on_authorized(struct authorization *authorization)
{
    take_authorization(container_of(authorization, struct handshake, authorization));
}

/* The same for the authorizer and the $connect handler. */
static const char *trace_id(struct handshake *handshake)
{
    if (!handshake->trace_id[0])
        id_trace(clock_milliseconds(), handshake->trace_id);
    return handshake->trace_id;
}

static void authorize(struct handshake *handshake)
{
    struct authorization *authorization = &handshake->authorization;

    if (!handshake->snapshot->access) {
        become(handshake, HANDSHAKE_CONNECTING);
        return;
    }
    authorization->gateway    = handshake->gateway;
    authorization->snapshot   = handshake->snapshot;
    authorization->connection = handshake->connection;
    authorization->done       = on_authorized;
    if (authorization_begin(authorization, arrival_head(handshake->arrival), trace_id(handshake)) ==
        AUTHORIZATION_PENDING)
        arrival_watch(handshake->arrival, on_client_left, handshake);
    else
        take_authorization(handshake);
}

/* Refuses with what the $connect handler said. */
static void refuse_as_told(struct handshake *handshake, const struct proxy_result *result)
{
    SCOPED_TEXT headers = {0};
    SCOPED_TEXT body    = {0};

    metrics_of(handshake)->integration_error += result->status >= 400;
    log_info(LOG_FIELDS({"connectionId", handshake->connection->id},
                        {"functionName", handshake->route->function},
                        {"requestId", handshake->invocation.request_id},
                        {"reason", REASON_CONNECT_REFUSED}),
             "the $connect handler refused with statusCode %u; the client gets that status",
             result->status);
    if (handshake->arrival) {
        SCOPED_TEXT type = {0};

        /* AWS?: whether a refusal's body and headers reach the client isn't documented; here they
         * do. */
        proxy_result_header_lines(result, &headers);
        if (!proxy_result_header(result, "Content-Type", &type))
            text_append_string(&headers, "Content-Type: application/json\r\n");
        if (result->body.data)
            json_span_decode(&result->body, &body);
        plain_answer_send(handshake->gateway->settings.answers,
                          take_socket(handshake, result->status), result->status,
                          text_string(&headers), text_string(&body), body.size);
    }
    log_access(handshake, NULL, NULL);
    forget_connection(handshake);
    become(handshake, HANDSHAKE_REFUSED);
}

static void take_connect_result(struct handshake *handshake, const struct text *payload)
{
    struct proxy_result result;

    if (!proxy_result_read(text_string(payload), payload->size, &result) || result.status < 200) {
        log_warn(LOG_FIELDS({"connectionId", handshake->connection->id},
                            {"functionName", handshake->route->function},
                            {"requestId", handshake->invocation.request_id},
                            {"reason", REASON_MALFORMED_PROXY_RESULT}),
                 "the $connect handler must return {\"statusCode\": 200} to accept, and returned "
                 "%.200s; the client gets 502, as on AWS",
                 text_string(payload));
        metrics_of(handshake)->execution_error++;
        refuse(handshake, AWS_BAD_GATEWAY, NULL);
        return;
    }
    if (result.status >= 300) {
        refuse_as_told(handshake, &result);
        return;
    }
    proxy_result_header(&result, "Sec-WebSocket-Protocol", &handshake->protocol);
    become(handshake, HANDSHAKE_RECORDING);
}

static void connect_failed(struct handshake *handshake, const char *reason, enum aws_error error)
{
    SCOPED_TEXT why = {0};

    failure_describe(&handshake->invocation, &why);
    log_warn(LOG_FIELDS({"connectionId", handshake->connection->id},
                        {"functionName", handshake->route->function},
                        {"requestId", handshake->invocation.request_id}, {"reason", reason}),
             "the $connect handler failed, the client gets %u, as on AWS: %s",
             aws_error_status(error), text_string(&why));
    if (handshake->invocation.outcome == INVOCATION_FUNCTION_ERROR)
        metrics_of(handshake)->integration_error++;
    else
        metrics_of(handshake)->execution_error++;
    refuse(handshake, error, NULL);
}

static void on_connect_route_done(struct invocation *invocation)
{
    struct handshake *handshake = container_of(invocation, struct handshake, invocation);

    handshake->has_answered = true;
    histogram_add(&metrics_of(handshake)->integration_latency, invocation->duration_microseconds);
    switch (invocation->outcome) {
    case INVOCATION_SUCCEEDED:
        take_connect_result(handshake, &invocation->payload);
        break;
    case INVOCATION_FUNCTION_ERROR:
        connect_failed(handshake, REASON_HANDLER_FAILED, AWS_BAD_GATEWAY);
        break;
    case INVOCATION_TIMED_OUT:
        connect_failed(handshake, REASON_INTEGRATION_TIMEOUT, AWS_ENDPOINT_TIMED_OUT);
        break;
    case INVOCATION_THROTTLED:
        connect_failed(handshake, REASON_FUNCTION_THROTTLED, AWS_INTERNAL_FAILURE);
        break;
    case INVOCATION_NO_FUNCTION:
        connect_failed(handshake, REASON_NO_FUNCTION, AWS_INTERNAL_FAILURE);
        break;
    }
}

/* AWS?: after authorization, and without asking the integration. */
static bool has_parameters(struct handshake *handshake)
{
    SCOPED_TEXT problem = {0};

    if (!handshake->route ||
        request_check_head(handshake->route->check, arrival_head(handshake->arrival), &problem))
        return true;
    metrics_of(handshake)->client_error++;
    log_refusal(handshake, AWS_BAD_REQUEST, REASON_MISSING_PARAMETER, text_string(&problem));
    refuse(handshake, AWS_BAD_REQUEST, text_string(&problem));
    return false;
}

/* What an integration said that is no Lambda proxy. AWS: the backend's status decides. */
static void take_answer(struct handshake *handshake, struct integration_result *result)
{
    if (result->status >= 200 && result->status < 300) {
        text_append(&handshake->protocol, text_string(&result->protocol), result->protocol.size);
        become(handshake, HANDSHAKE_RECORDING);
        return;
    }
    metrics_of(handshake)->integration_error++;
    log_info(
        LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", REASON_CONNECT_REFUSED}),
        "the integration of $connect answered with %u; the client gets that status",
        result->status);
    /* AWS?: a status that HTTP can't have is 500. */
    if (result->status < 200 || result->status > 599) {
        refuse(handshake, AWS_INTERNAL_FAILURE, NULL);
        return;
    }
    if (handshake->arrival)
        plain_answer_send(handshake->gateway->settings.answers,
                          take_socket(handshake, result->status), result->status,
                          "Content-Type: application/json\r\n", text_string(&result->body),
                          result->body.size);
    log_access(handshake, NULL, NULL);
    forget_connection(handshake);
    become(handshake, HANDSHAKE_REFUSED);
}

static void on_call_done(void *owner, struct integration_result *result)
{
    struct handshake *handshake = owner;

    handshake->call = NULL; /* frees itself */
    histogram_add(&metrics_of(handshake)->integration_latency, result->duration_microseconds);
    if (result->outcome == INTEGRATION_ANSWERED) {
        take_answer(handshake, result);
        return;
    }
    metrics_of(handshake)->execution_error++;
    log_warn(LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", result->reason}),
             "the integration of $connect failed, the client gets %d, as on AWS: %s",
             result->outcome == INTEGRATION_TIMED_OUT ? 504 : 500, text_string(&result->problem));
    refuse(handshake,
           result->outcome == INTEGRATION_TIMED_OUT ? AWS_ENDPOINT_TIMED_OUT : AWS_INTERNAL_FAILURE,
           NULL);
}

static void call_integration(struct handshake *handshake, const struct event *event)
{
    const struct integration_request request = {
        .gateway   = handshake->gateway,
        .snapshot  = handshake->snapshot,
        .plan      = handshake->route->plan,
        .event     = event,
        .kind      = CONTEXT_OF_CONNECT,
        .route_key = handshake->route->route_key,
        .head      = arrival_head(handshake->arrival),
        .body      = "",
    };

    handshake->call = integration_call_begin(&request, on_call_done, handshake);
}

static void run_connect_route(struct handshake *handshake)
{
    struct connection *connection = handshake->connection;
    SCOPED_TEXT authorizer        = {0};
    struct event event;

    if (!has_parameters(handshake))
        return;
    /* AWS?: counted with and without an integration. */
    metrics_of(handshake)->connect_count++;
    if (!handshake->route || !snapshot_route_calls(handshake->route)) {
        become(handshake, HANDSHAKE_RECORDING); /* AWS: an integration for $connect is optional */
        return;
    }
    handshake->invocation = (struct invocation){
        .function             = handshake->route->function,
        .timeout_milliseconds = handshake->route->timeout_milliseconds,
        .connection_id        = connection->id,
        .done                 = on_connect_route_done,
    };
    connection_fill_event(connection, text_string(&handshake->snapshot->stage_variables),
                          clock_milliseconds(), &event);
    memcpy(handshake->request_id, event.request_id, ID_SIZE);
    if (connection->authorizer) {
        event_write_latency(connection->authorizer, handshake->authorization.latency_milliseconds,
                            &authorizer);
        event.facts.authorizer = text_string(&authorizer);
    }
    if (handshake->route->plan) {
        call_integration(handshake, &event);
    } else {
        event_write_connect(&event, arrival_head(handshake->arrival), trace_id(handshake),
                            &handshake->invocation.event);
        lambda_invoke(handshake->gateway->settings.lambda, &handshake->invocation);
    }
    arrival_watch(handshake->arrival, on_client_left, handshake);
}

static void on_row_written(struct store_waiter *waiter, int result)
{
    struct handshake *handshake = container_of(waiter, struct handshake, row);

    if (result == 0) {
        become(handshake, HANDSHAKE_ADOPTED);
        return;
    }
    /* Its row can't be kept, so it can't come in; but its handler has said yes and must hear of the
     * end. */
    log_warn(
        LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", REASON_ROW_NOT_WRITTEN}),
        "the client gets 500: its connection could not be recorded in the database");
    answer_error(handshake, AWS_INTERNAL_FAILURE, NULL);
    connection_open(handshake->connection, -1, NULL, NULL);
    become(handshake, HANDSHAKE_REFUSED);
}

static void write_row(struct handshake *handshake)
{
    struct connection_row row;

    connection_fill_row(handshake->connection, &row);
    handshake->row.done = on_row_written;
    store_connection_put(handshake->gateway->settings.store, &row, &handshake->row);
}

static void hand_over(struct handshake *handshake)
{
    struct connection *connection = handshake->connection;
    SCOPED_MEMORY char *key       = NULL;
    int socket                    = -1;

    if (handshake->arrival) {
        const struct request_head *head = arrival_head(handshake->arrival);

        key = memory_copy_string(request_head_find(head, "Sec-WebSocket-Key"));
        if (subprotocols(head) && handshake->protocol.size == 0)
            log_warn(
                LOG_FIELDS({"connectionId", connection->id}, {"reason", REASON_NO_SUBPROTOCOL}),
                "the client offers subprotocols (%.100s) and the $connect handler returned no "
                "Sec-WebSocket-Protocol header: browsers drop such a connection, as on AWS",
                subprotocols(head));
        socket = take_socket(handshake, 101);
        log_info(LOG_FIELDS({"connectionId", connection->id}, {"apiId", connection->stage->api_id},
                            {"stage", connection->stage->stage_name},
                            {"sourceIp", connection->source_ip}),
                 "connected");
    }
    log_access(handshake, NULL, NULL);
    connection_open(connection, socket, key,
                    handshake->protocol.size ? text_string(&handshake->protocol) : NULL);
    if (!connection->stage->snapshot) /* removed since the handshake began */
        connection_cut_off(connection);
    handshake->connection = NULL;
    finish(handshake);
}

void handshake_begin(struct gateway *gateway, struct arrival *arrival)
{
    struct handshake *handshake = NEW(struct handshake);

    handshake->gateway = gateway;
    handshake->arrival = arrival;
    queue_push(&gateway->handshakes, &handshake->link);
    find_stage(handshake);
}

void handshakes_refuse(struct gateway *gateway)
{
    for (struct queue_link *link = gateway->handshakes.first; link; link = link->next) {
        struct handshake *handshake = container_of(link, struct handshake, link);

        if (!handshake->arrival)
            continue;
        log_refusal(handshake, AWS_SERVICE_UNAVAILABLE, REASON_STOPPING, "the emulator stops");
        answer_error(handshake, AWS_SERVICE_UNAVAILABLE, NULL);
    }
}

void handshakes_free(struct gateway *gateway)
{
    while (!queue_is_empty(&gateway->handshakes)) {
        struct handshake *handshake =
            container_of(gateway->handshakes.first, struct handshake, link);

        if (handshake->state == HANDSHAKE_CONNECTING)
            invocation_cancel(&handshake->invocation);
        if (handshake->state == HANDSHAKE_AUTHORIZING)
            authorization_cancel(&handshake->authorization);
        store_waiter_cancel(&handshake->row);
        if (handshake->arrival)
            arrival_drop(handshake->arrival);
        handshake->arrival = NULL;
        forget_connection(handshake);
        finish(handshake);
    }
}
