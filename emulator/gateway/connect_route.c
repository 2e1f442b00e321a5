#include "gateway/handshake_state.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "front/front.h"
#include "gateway/connection.h"
#include "gateway/gateway_state.h"
#include "gateway/proxy_result.h"
#include "gateway/request_check.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "http/plain_answer.h"
#include "lambda/failure.h"

/* What the integration said was the answer. */
static void end_refused(struct handshake *handshake)
{
    handshake_log_access(handshake, NULL, NULL);
    handshake_forget_connection(handshake);
    handshake_become(handshake, HANDSHAKE_REFUSED);
}

/* Refuses with what the $connect handler said. */
static void refuse_as_told(struct handshake *handshake, const struct proxy_result *result)
{
    SCOPED_TEXT headers = {0};
    SCOPED_TEXT body    = {0};

    handshake_metrics(handshake)->integration_error += result->status >= 400;
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
                          handshake_take_socket(handshake, result->status), result->status,
                          text_string(&headers), text_string(&body), body.size);
    }
    end_refused(handshake);
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
        handshake_metrics(handshake)->execution_error++;
        handshake_refuse(handshake, AWS_BAD_GATEWAY, NULL);
        return;
    }
    if (result.status >= 300) {
        refuse_as_told(handshake, &result);
        return;
    }
    proxy_result_header(&result, "Sec-WebSocket-Protocol", &handshake->protocol);
    handshake_become(handshake, HANDSHAKE_RECORDING);
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
        handshake_metrics(handshake)->integration_error++;
    else
        handshake_metrics(handshake)->execution_error++;
    handshake_refuse(handshake, error, NULL);
}

static void on_connect_route_done(struct invocation *invocation)
{
    struct handshake *handshake = container_of(invocation, struct handshake, invocation);

    handshake->has_answered = true;
    histogram_add(&handshake_metrics(handshake)->integration_latency,
                  invocation->duration_microseconds);
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
    handshake_metrics(handshake)->client_error++;
    handshake_log_refusal(handshake, AWS_BAD_REQUEST, REASON_MISSING_PARAMETER,
                          text_string(&problem));
    handshake_refuse(handshake, AWS_BAD_REQUEST, text_string(&problem));
    return false;
}

/* True if one of the lines of headers begins so. */
static bool has_line(const struct text *headers, const char *beginning)
{
    const char *line = text_string(headers);

    while (*line) {
        if (strncasecmp(line, beginning, strlen(beginning)) == 0)
            return true;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return false;
}

/* What an integration said that is no Lambda proxy. AWS: the backend's status decides. */
static void take_answer(struct handshake *handshake, struct integration_result *result)
{
    if (result->status >= 200 && result->status < 300) {
        text_append(&handshake->protocol, text_string(&result->protocol), result->protocol.size);
        handshake_become(handshake, HANDSHAKE_RECORDING);
        return;
    }
    handshake_metrics(handshake)->integration_error++;
    /* AWS?: a status that HTTP can't have is 500. */
    if (result->status < 200 || result->status > 599) {
        log_warn(
            LOG_FIELDS({"connectionId", handshake->connection->id},
                       {"reason", REASON_CONNECT_REFUSED}),
            "the integration of $connect answered with %d, which is no HTTP status; the client "
            "gets 500",
            result->status);
        handshake_refuse(handshake, AWS_INTERNAL_FAILURE, NULL);
        return;
    }
    log_info(
        LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", REASON_CONNECT_REFUSED}),
        "the integration of $connect answered with %d; the client gets that status",
        result->status);
    if (!has_line(&result->headers, "Content-Type:"))
        text_append_string(&result->headers, "Content-Type: application/json\r\n");
    if (handshake->arrival)
        plain_answer_send(handshake->gateway->settings.answers,
                          handshake_take_socket(handshake, (unsigned)result->status),
                          (unsigned)result->status, text_string(&result->headers),
                          text_string(&result->body), result->body.size);
    end_refused(handshake);
}

static void on_call_done(void *owner, struct integration_result *result)
{
    struct handshake *handshake = owner;
    const char *detail;
    enum aws_error error;

    handshake->call         = NULL; /* frees itself */
    handshake->has_answered = true;
    histogram_add(&handshake_metrics(handshake)->integration_latency,
                  result->duration_microseconds);
    integration_result_keep(result, &handshake->result);
    if (result->outcome == INTEGRATION_ANSWERED) {
        take_answer(handshake, result);
        return;
    }
    handshake_metrics(handshake)->execution_error++;
    error = integration_outcome_error(result->outcome, &detail);
    log_warn(LOG_FIELDS({"connectionId", handshake->connection->id}, {"reason", result->reason}),
             "the integration of $connect failed, the client gets %u, as on AWS: %s",
             aws_error_status(error), text_string(&handshake->result.problem));
    handshake_refuse(handshake, error, detail);
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

void connect_route_run(struct handshake *handshake)
{
    struct connection *connection = handshake->connection;
    SCOPED_TEXT authorizer        = {0};
    struct event event;

    if (!has_parameters(handshake))
        return;
    /* AWS?: counted with and without an integration. */
    handshake_metrics(handshake)->connect_count++;
    if (!handshake->route || !snapshot_route_calls(handshake->route)) {
        handshake_become(handshake,
                         HANDSHAKE_RECORDING); /* AWS: an integration for $connect is optional */
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
        event_write_connect(&event, arrival_head(handshake->arrival), handshake_trace_id(handshake),
                            &handshake->invocation.event);
        lambda_invoke(handshake->gateway->settings.lambda, &handshake->invocation);
    }
    arrival_watch(handshake->arrival, handshake_client_left, handshake);
}
