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
#include "gateway/handshake_state.h"
#include "gateway/integration_call.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "http/plain_answer.h"
#include "http/request_head.h"
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

static void find_stage(struct handshake *handshake);
static void authorize(struct handshake *handshake);
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
    [HANDSHAKE_CONNECTING] = {"connecting", TO(RECORDING) | TO(REFUSED),  connect_route_run},
    [HANDSHAKE_RECORDING]  = {"recording",  TO(ADOPTED) | TO(REFUSED),    write_row},
    [HANDSHAKE_ADOPTED]    = {"adopted",    0,                            hand_over},
    [HANDSHAKE_REFUSED]    = {"refused",    0,                            finish},
};
/* clang-format on */

void handshake_become(struct handshake *handshake, enum handshake_state state)
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
    text_deinit(&handshake->result.problem);
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

void handshake_forget_connection(struct handshake *handshake)
{
    if (handshake->connection)
        connection_free(handshake->connection);
    handshake->connection = NULL;
}

int handshake_take_socket(struct handshake *handshake, unsigned status)
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
                           handshake_take_socket(handshake, aws_error_status(error)), error,
                           detail);
}

void handshake_log_access(struct handshake *handshake, const enum aws_error *error,
                          const char *detail)
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
    if (handshake->has_answered && handshake->route->plan)
        integration_result_describe(&handshake->result, &context);
    else if (handshake->has_answered)
        access_log_take_invocation(&context, &handshake->invocation, &failure);
    if (error)
        access_log_take_error(&context, *error, detail, &message);
    access_log_write(handshake->snapshot->access_log, &context);
}

void handshake_refuse(struct handshake *handshake, enum aws_error error, const char *detail)
{
    handshake_log_access(handshake, &error, detail);
    answer_error(handshake, error, detail);
    handshake_forget_connection(handshake);
    handshake_become(handshake, HANDSHAKE_REFUSED);
}

void handshake_log_refusal(const struct handshake *handshake, enum aws_error error,
                           const char *reason, const char *text)
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
        handshake_log_refusal(handshake, admission.error, admission.reason, admission.text);
        handshake_refuse(handshake, admission.error, admission.detail);
        return;
    }
    make_connection(handshake, &admission.address);
    handshake_become(handshake, HANDSHAKE_AUTHORIZING);
}

void handshake_client_left(void *owner)
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

struct route_metrics *handshake_metrics(const struct handshake *handshake)
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
            handshake_metrics(handshake)->client_error++;
        else
            handshake_metrics(handshake)->execution_error++;
        handshake_refuse(handshake, authorization->error, text_string(&authorization->detail));
    } else if (!handshake->arrival) {
        handshake_forget_connection(handshake);
        handshake_become(handshake, HANDSHAKE_REFUSED);
    } else {
        connection_authorize(handshake->connection, string_or_null(&authorization->context),
                             string_or_null(&authorization->credentials));
        handshake_become(handshake, HANDSHAKE_CONNECTING);
    }
}

static void on_authorized(struct authorization *authorization)
{
    take_authorization(container_of(authorization, struct handshake, authorization));
}

const char *handshake_trace_id(struct handshake *handshake)
{
    if (!handshake->trace_id[0])
        id_trace(clock_milliseconds(), handshake->trace_id);
    return handshake->trace_id;
}

static void authorize(struct handshake *handshake)
{
    struct authorization *authorization = &handshake->authorization;

    if (!handshake->snapshot->access) {
        handshake_become(handshake, HANDSHAKE_CONNECTING);
        return;
    }
    authorization->gateway    = handshake->gateway;
    authorization->snapshot   = handshake->snapshot;
    authorization->connection = handshake->connection;
    authorization->done       = on_authorized;
    if (authorization_begin(authorization, arrival_head(handshake->arrival),
                            handshake_trace_id(handshake)) == AUTHORIZATION_PENDING)
        arrival_watch(handshake->arrival, handshake_client_left, handshake);
    else
        take_authorization(handshake);
}

static void on_row_written(struct store_waiter *waiter, int result)
{
    struct handshake *handshake = container_of(waiter, struct handshake, row);

    if (result == 0) {
        handshake_become(handshake, HANDSHAKE_ADOPTED);
        return;
    }
    /* Its row can't be kept, so it can't come in; but its handler has said yes and must hear of the
     * end. */
    log_warn(
        LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", REASON_ROW_NOT_WRITTEN}),
        "the client gets 500: its connection could not be recorded in the database");
    answer_error(handshake, AWS_INTERNAL_FAILURE, NULL);
    connection_open(handshake->connection, -1, NULL, NULL);
    handshake_become(handshake, HANDSHAKE_REFUSED);
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
        socket = handshake_take_socket(handshake, 101);
        log_info(LOG_FIELDS({"connectionId", connection->id}, {"apiId", connection->stage->api_id},
                            {"stage", connection->stage->stage_name},
                            {"sourceIp", connection->source_ip}),
                 "connected");
    }
    handshake_log_access(handshake, NULL, NULL);
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
        handshake_log_refusal(handshake, AWS_SERVICE_UNAVAILABLE, REASON_STOPPING,
                              "the emulator stops");
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
        handshake_forget_connection(handshake);
        finish(handshake);
    }
}
