#include "gateway/departure.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "gateway/access_log.h"
#include "gateway/connection.h"
#include "gateway/gateway_state.h"
#include "gateway/integration_call.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "lambda/failure.h"
#include "lambda/lambda.h"
#include "store/store_connection.h"

/* $disconnect handlers that run at once, in all. */
#define DEPARTURES_MAX 64

/* When to try again after a function had no room for a $disconnect event. */
#define DEPARTURE_RETRY_MILLISECONDS 500

struct departure {
    struct invocation invocation;
    struct integration_call *call; /* instead of it; NULL: none is under way */
    struct connection *connection;
    struct snapshot *snapshot;
    struct route_metrics *metrics; /* the route's */
    char request_id[ID_SIZE];
};

void departure_add(struct connection *connection)
{
    assert(connection->state == CONNECTION_LEAVING);
    queue_push(&connection->gateway->leaving, &connection->link);
    departures_start(connection->gateway);
}

static void delivered(struct connection *connection)
{
    store_connection_delivered(connection->gateway->settings.store, connection->id);
    connection_depart(connection);
}

static void on_retry(struct alarm *alarm)
{
    departures_start(container_of(alarm, struct gateway, leaving_retry));
}

/* The function had no room: the connection goes back to the head of the line. */
static void try_again(struct connection *connection)
{
    struct gateway *gateway = connection->gateway;

    connection->state = CONNECTION_LEAVING;
    queue_push_first(&gateway->leaving, &connection->link);
    alarm_set(gateway->settings.alarms, &gateway->leaving_retry, DEPARTURE_RETRY_MILLISECONDS,
              on_retry);
}

static void count(struct departure *departure)
{
    const struct invocation *invocation = &departure->invocation;

    histogram_add(&departure->metrics->integration_latency, invocation->duration_microseconds);
    if (invocation->outcome == INVOCATION_FUNCTION_ERROR)
        departure->metrics->integration_error++;
    else if (invocation->outcome != INVOCATION_SUCCEEDED)
        departure->metrics->execution_error++;
}

static void log_failure(const struct connection *connection, const struct invocation *invocation)
{
    SCOPED_TEXT why = {0};

    if (invocation->outcome == INVOCATION_SUCCEEDED)
        return;
    failure_describe(invocation, &why);
    log_warn(LOG_FIELDS({"connectionId", connection->id}, {"functionName", invocation->function},
                        {"requestId", invocation->request_id},
                        {"reason", REASON_DISCONNECT_HANDLER_FAILED}),
             "the $disconnect handler failed: %s; AWS ignores its result and doesn't try again",
             text_string(&why));
}

/* invocation and result are NULL where the stage has no such handler. */
static void log_access(struct connection *connection, struct access_log *log,
                       const char *request_id, const struct invocation *invocation,
                       const struct integration_result *result)
{
    struct context context = {
        .kind                   = CONTEXT_OF_DISCONNECT,
        .route_key              = "$disconnect",
        .disconnect_status_code = connection->close_code,
        .disconnect_reason      = connection->close_reason,
        .status                 = ACCESS_LOG_CONNECTED_STATUS,
    };
    SCOPED_TEXT error = {0};
    struct event event;

    if (!log)
        return;
    connection_fill_event(connection, "", clock_milliseconds(), &event);
    context.event = &event;
    if (request_id)
        memcpy(event.request_id, request_id, ID_SIZE);
    if (invocation)
        access_log_take_invocation(&context, invocation, &error);
    if (invocation && invocation->outcome != INVOCATION_SUCCEEDED)
        context.status = invocation->outcome == INVOCATION_TIMED_OUT ? 504 : 500;
    if (result)
        integration_result_describe(result, &context);
    access_log_write(log, &context);
}

static void on_disconnect_done(struct invocation *invocation)
{
    struct departure *departure   = container_of(invocation, struct departure, invocation);
    struct connection *connection = departure->connection;
    struct gateway *gateway       = connection->gateway;
    bool has_no_room              = invocation->outcome == INVOCATION_THROTTLED;

    connection->departure = NULL;
    queue_remove(&gateway->departing, &connection->link);
    if (!has_no_room) {
        count(departure);
        log_failure(connection, invocation);
        log_access(connection, departure->snapshot->access_log, departure->request_id, invocation,
                   NULL);
    }
    text_deinit(&invocation->payload);
    snapshot_drop(departure->snapshot);
    free(departure);
    if (has_no_room) {
        try_again(connection);
        return;
    }
    delivered(connection);
    departures_start(gateway);
}

static void on_call_done(void *owner, struct integration_result *result)
{
    struct departure *departure   = owner;
    struct connection *connection = departure->connection;
    struct gateway *gateway       = connection->gateway;

    connection->departure = NULL;
    queue_remove(&gateway->departing, &connection->link);
    histogram_add(&departure->metrics->integration_latency, result->duration_microseconds);
    if (result->outcome != INTEGRATION_ANSWERED) {
        departure->metrics->execution_error++;
        log_warn(LOG_FIELDS({"connectionId", connection->id}, {"reason", result->reason}),
                 "the integration of $disconnect failed: %s; AWS ignores it and doesn't try again",
                 text_string(&result->problem));
    } else if (result->status >= 400) {
        departure->metrics->integration_error++;
    }
    log_access(connection, departure->snapshot->access_log, departure->request_id, NULL, result);
    snapshot_drop(departure->snapshot);
    free(departure);
    delivered(connection);
    departures_start(gateway);
}

static void call_integration(struct departure *departure, const struct snapshot_route *route,
                             const struct event *event)
{
    const struct connection *connection      = departure->connection;
    const struct integration_request request = {
        .gateway                = connection->gateway,
        .snapshot               = departure->snapshot,
        .plan                   = route->plan,
        .event                  = event,
        .kind                   = CONTEXT_OF_DISCONNECT,
        .route_key              = route->route_key,
        .disconnect_status_code = connection->close_code,
        .disconnect_reason      = connection->close_reason,
        .body                   = "",
    };

    departure->call = integration_call_begin(&request, on_call_done, departure);
}

static void invoke(struct connection *connection, struct snapshot *snapshot,
                   const struct snapshot_route *route)
{
    struct departure *departure = NEW(struct departure);
    struct gateway *gateway     = connection->gateway;
    struct event event;

    departure->connection = connection;
    departure->snapshot   = snapshot_keep(snapshot);
    departure->metrics    = route->metrics;
    departure->invocation = (struct invocation){
        .function             = route->function,
        .timeout_milliseconds = route->timeout_milliseconds,
        .connection_id        = connection->id,
        .even_if_removed      = true,
        .done                 = on_disconnect_done,
    };
    connection_fill_event(connection, text_string(&departure->snapshot->stage_variables),
                          clock_milliseconds(), &event);
    memcpy(departure->request_id, event.request_id, ID_SIZE);
    connection->departure = departure;
    queue_push(&gateway->departing, &connection->link);
    if (route->plan) {
        call_integration(departure, route, &event);
        return;
    }
    event_write_disconnect(&event, connection->close_code, connection->close_reason,
                           &departure->invocation.event);
    lambda_invoke(gateway->settings.lambda, &departure->invocation);
}

static void start(struct connection *connection)
{
    const struct live_stage *stage     = connection->stage;
    struct snapshot *snapshot          = stage->snapshot ? stage->snapshot : stage->last;
    const struct snapshot_route *route = NULL;

    if (snapshot)
        route = snapshot_find_route(snapshot, "$disconnect");
    connection->state = CONNECTION_DEPARTING;
    if (route && snapshot_route_calls(route))
        invoke(connection, snapshot, route);
    else {
        if (snapshot)
            log_access(connection, snapshot->access_log, NULL, NULL, NULL);
        delivered(connection); /* nobody wants to know */
    }
}

void departures_start(struct gateway *gateway)
{
    while (gateway->departing.count < DEPARTURES_MAX && !queue_is_empty(&gateway->leaving) &&
           gateway->leaving_retry.position == 0)
        start(container_of(queue_pop(&gateway->leaving), struct connection, link));
}

void departure_cancel(struct connection *connection)
{
    struct departure *departure = connection->departure;

    if (!departure)
        return;
    invocation_cancel(&departure->invocation);
    integration_call_free(departure->call);
    connection->departure = NULL;
    queue_remove(&connection->gateway->departing, &connection->link);
    text_deinit(&departure->invocation.event);
    snapshot_drop(departure->snapshot);
    free(departure);
}
