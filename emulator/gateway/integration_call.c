#include "gateway/integration_call.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/reason.h"
#include "crypto/sigv4_sign.h"
#include "gateway/async_invocation.h"
#include "gateway/gateway_state.h"
#include "gateway/integration_call_state.h"
#include "gateway/integration_plan.h"
#include "gateway/service_answer.h"
#include "gateway/service_request.h"
#include "gateway/snapshot.h"
#include "lambda/failure.h"
#include "model/aws_service.h"
#include "model/limits.h"
#include "model/service_endpoint.h"
#include "template/mapping_template.h"
#include "json/scanner.h"

/* What a failed function's errorMessage is compared with at most. */
#define SELECTOR_SIZE_MAX 4096

void integration_call_fail(struct integration_call *call, enum integration_outcome outcome,
                           const char *reason, const char *format, ...)
{
    va_list arguments;

    call->result.outcome = outcome;
    call->result.reason  = reason;
    text_clear(&call->result.problem);
    va_start(arguments, format);
    text_append_format_list(&call->result.problem, format, arguments);
    va_end(arguments);
}

void integration_call_free(struct integration_call *call)
{
    if (!call)
        return;
    loop_task_cancel(&call->task);
    http_exchange_deinit(&call->exchange);
    invocation_cancel(&call->invocation);
    text_deinit(&call->invocation.event);
    text_deinit(&call->invocation.payload);
    mapping_run_free(call->run);
    text_deinit(&call->body);
    text_deinit(&call->params);
    text_deinit(&call->message);
    text_deinit(&call->result.body);
    text_deinit(&call->result.protocol);
    text_deinit(&call->result.headers);
    text_deinit(&call->result.problem);
    access_entry_free(call->entry);
    snapshot_drop(call->snapshot);
    arena_deinit(&call->arena);
    free(call);
}

static void finish(struct integration_call *call)
{
    call->result.duration_microseconds = clock_microseconds() - call->began_at;
    call->done(call->owner, &call->result);
    integration_call_free(call);
}

static void on_later(struct loop_task *task)
{
    finish(container_of(task, struct integration_call, task));
}

/* The result is there already, and nobody may learn of it before the next turn. */
static void finish_later(struct integration_call *call)
{
    loop_later(call->gateway->settings.loop, &call->task, on_later);
}

static void on_function_done(struct invocation *invocation)
{
    struct integration_call *call = container_of(invocation, struct integration_call, invocation);
    static const char *const names[] = {"errorMessage"};
    SCOPED_TEXT selector             = {0};
    SCOPED_TEXT why                  = {0};
    struct json_span message         = {0};

    memcpy(call->result.request_id, invocation->request_id, sizeof call->result.request_id);
    switch (invocation->outcome) {
    case INVOCATION_FUNCTION_ERROR: /* AWS: the service's status is 200 all the same */
    case INVOCATION_SUCCEEDED:      /* AWS: selected by errorMessage, "" where there is none */
        if (json_scan_members(text_string(&invocation->payload), invocation->payload.size, names,
                              &message, 1) &&
            message.data && message.kind == JSON_STRING)
            json_span_decode(&message, &selector);
        text_cut(&selector, SELECTOR_SIZE_MAX);
        integration_call_answer(call, text_string(&selector), 200,
                                text_string(&invocation->payload), invocation->payload.size);
        break;
    case INVOCATION_TIMED_OUT:
        integration_call_fail(call, INTEGRATION_TIMED_OUT, REASON_INTEGRATION_TIMEOUT,
                              "the function has not answered within %lld ms",
                              (long long)call->plan->timeout_milliseconds);
        break;
    case INVOCATION_THROTTLED:
    case INVOCATION_NO_FUNCTION:
        failure_describe(invocation, &why);
        integration_call_fail(call, INTEGRATION_FAILED,
                              invocation->outcome == INVOCATION_THROTTLED
                                  ? REASON_FUNCTION_THROTTLED
                                  : REASON_NO_FUNCTION,
                              "%s", text_string(&why));
        break;
    }
    finish(call);
}

/* Waits for the function. */
static void invoke_synchronously(struct integration_call *call)
{
    call->invocation.function             = call->plan->function;
    call->invocation.timeout_milliseconds = call->plan->timeout_milliseconds;
    call->invocation.connection_id        = call->entry->event.facts.connection_id;
    call->invocation.done                 = on_function_done;
    call->invocation.event                = call->body;
    call->body                            = (struct text){0};
    lambda_invoke(call->gateway->settings.lambda, &call->invocation);
}

/* AWS ("Invoke"): what Lambda answers for each type. */
static void invoke_as(struct integration_call *call, const char *type)
{
    if (strcmp(type, "Event") == 0) {
        async_invocation_begin(call->gateway, call->plan->function,
                               call->entry->event.facts.connection_id, &call->body);
        integration_call_answer(call, "", 202, "", 0);
    } else if (strcmp(type, "DryRun") == 0) {
        integration_call_answer(call, "", 204, "", 0);
    } else {
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "X-Amz-Invocation-Type is RequestResponse, Event or DryRun, not "
                              "%.100s: Lambda refuses such a call",
                              type);
    }
    finish_later(call);
}

/* AWS?: an empty body is {} for Lambda, too. */
static void invoke_function(struct integration_call *call)
{
    const char *type = parameter_list_find(&call->values.headers, "X-Amz-Invocation-Type");

    if (!json_is_valid(text_string(&call->body), call->body.size) && call->body.size > 0) {
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "what the function would get is not JSON: Could not parse request "
                              "body into json: %.200s",
                              text_string(&call->body));
        finish_later(call);
        return;
    }
    if (call->body.size == 0)
        text_append_string(&call->body, "{}");
    if (!type || strcmp(type, "RequestResponse") == 0)
        invoke_synchronously(call);
    else
        invoke_as(call, type);
}

/* AWS: what can't be parsed has no status, either. */
static void mock(struct integration_call *call)
{
    const struct named_template template = {"statusCode", call->plan->mock_status};
    SCOPED_TEXT status                   = {0};
    long number                          = 0;
    char *end                            = NULL;

    if (integration_call_evaluate(call, "request", &template, text_string(&call->body),
                                  call->body.size, &status))
        number = strtol(text_string(&status), &end, 10);
    if (status.size > 0 && end && *end == '\0' && number >= INT_MIN && number <= INT_MAX)
        integration_call_answer(call, text_string(&status), (int)number, "", 0);
    else
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "Unable to parse statusCode. It should be an integer that is "
                              "defined in the request template, as in {\"statusCode\": 200}; the "
                              "template has made %.200s",
                              text_string(&call->body));
    finish_later(call);
}

/* Query services that run locally answer XML, whatever they are asked for. */
static void take_answer(struct integration_call *call)
{
    struct http_exchange *exchange    = &call->exchange;
    const struct aws_service *service = call->plan->is_service ? call->plan->service.service : NULL;
    SCOPED_TEXT json                  = {0};
    const struct text *body           = &exchange->body;
    char status[16];

    if (service && service->protocol == AWS_PROTOCOL_QUERY &&
        service_answer_from_xml(text_string(body), body->size, &json))
        body = &json;
    snprintf(status, sizeof status, "%u", exchange->status);
    integration_call_answer(call, status, (int)exchange->status, text_string(body), body->size);
}

static void on_exchange_done(struct http_exchange *exchange)
{
    struct integration_call *call = container_of(exchange, struct integration_call, exchange);

    switch (exchange->result) {
    case HTTP_EXCHANGE_ANSWERED:
        take_answer(call);
        break;
    case HTTP_EXCHANGE_TIMED_OUT:
        integration_call_fail(call, INTEGRATION_TIMED_OUT, REASON_INTEGRATION_TIMEOUT,
                              "the backend has not answered within %lld ms",
                              (long long)call->plan->timeout_milliseconds);
        break;
    case HTTP_EXCHANGE_NOT_SENT: /* what mappings have made of the URL, or a header */
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "the request can't be sent: %s", text_string(&exchange->error));
        break;
    case HTTP_EXCHANGE_UNTRUSTED:
        integration_call_fail(
            call, INTEGRATION_FAILED, REASON_BACKEND_FAILED,
            "the backend's certificate isn't trusted: %s; start with NODE_EXTRA_CA_CERTS naming a "
            "PEM file of its authority (AWS trusts public ones only), or use http:// here",
            text_string(&exchange->error));
        break;
    case HTTP_EXCHANGE_NOBODY:
    case HTTP_EXCHANGE_TOO_LARGE:
    case HTTP_EXCHANGE_FAILED:
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BACKEND_FAILED,
                              "the backend can't be asked: %s", text_string(&exchange->error));
        break;
    }
    finish(call);
}

static void send_http(struct integration_call *call, const struct http_exchange_request *request)
{
    http_exchange_begin(&call->exchange, call->gateway->settings.agent, request, on_exchange_done);
}

/* AWS: execute-api is the gateway itself, found by the host that the URI's subdomain means. */
static const char *find_endpoint(struct integration_call *call, const char **host)
{
    const struct service_uri *uri = &call->plan->service;
    const char *endpoint =
        service_endpoint_find(uri, call->gateway->settings.variables, &call->gateway->services);

    if (endpoint || strcmp(uri->service_name, "execute-api") != 0)
        return endpoint;
    *host = uri->subdomain[0] ? arena_format(&call->arena, "%s.execute-api.%s.amazonaws.com",
                                             uri->subdomain, uri->region)
                              : NULL;
    return arena_format(&call->arena, "http://%s", call->gateway->domain);
}

/* The first key is the environment's, or the dummy one that handlers get as well. */
static struct sigv4_credentials find_credentials(const struct gateway *gateway)
{
    const struct name_values *keys = gateway->settings.access_keys;

    return (struct sigv4_credentials){
        .access_key    = keys->count > 0 ? keys->items[0].name : "test",
        .secret        = keys->count > 0 ? keys->items[0].value : "test",
        .session_token = name_values_find(gateway->settings.variables, "AWS_SESSION_TOKEN"),
    };
}

static bool make_service_request(struct integration_call *call, struct service_request *request)
{
    const struct sigv4_credentials credentials = find_credentials(call->gateway);
    const char *host                           = NULL;
    const char *endpoint                       = find_endpoint(call, &host);
    const struct parameter_values *values      = &call->values;
    struct service_uri uri                     = call->plan->service;
    SCOPED_TEXT path                           = {0};
    SCOPED_TEXT problem                        = {0};
    struct service_request_input input         = {
                .uri          = &uri,
                .endpoint     = endpoint,
                .host         = host,
                .method       = call->plan->method,
                .headers      = (const struct sigv4_header *)values->headers.items,
                .header_count = values->headers.count,
                .query        = (const struct sigv4_header *)values->query.items,
                .query_count  = values->query.count,
                .body         = text_string(&call->body),
                .body_size    = call->body.size,
                .api_id       = call->plan->api_id,
                .credentials  = &credentials,
                .now          = call->entry->event.now / 1000,
    };

    integration_call_expand_path(call, uri.rest, &path);
    uri.rest = arena_copy(&call->arena, text_string(&path), path.size);
    if (!endpoint) {
        service_endpoint_write_variable(input.uri, &problem);
        integration_call_fail(
            call, INTEGRATION_FAILED, REASON_NO_SERVICE_ENDPOINT,
            "there is no endpoint for the service %s: set %s, or AWS_ENDPOINT_URL, "
            "to what stands in for it here, or \"services\" in postern.json",
            input.uri->service_name, text_string(&problem));
        return false;
    }
    switch (service_request_make(&input, &call->arena, request, &problem)) {
    case SERVICE_REQUEST_MADE:
        return true;
    case SERVICE_REQUEST_HEADER_TAKEN:
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "requestParameters set the header %s, which the gateway sets itself: "
                              "AWS fails such a call",
                              text_string(&problem));
        break;
    case SERVICE_REQUEST_BLANK_IN_QUERY:
        integration_call_fail(
            call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
            "the mapped query parameter %s has a blank, which AWS doesn't encode: "
            "the service refuses such a call",
            text_string(&problem));
        break;
    }
    return false;
}

static void call_service(struct integration_call *call)
{
    struct service_request made;
    struct http_exchange_request request;

    if (!make_service_request(call, &made)) {
        finish_later(call);
        return;
    }
    request = (struct http_exchange_request){
        .method               = made.method,
        .url                  = made.url,
        .fields               = (const struct http_field *)made.headers,
        .field_count          = made.header_count,
        .body                 = made.body_size > 0 ? made.body : NULL,
        .body_size            = made.body_size,
        .timeout_milliseconds = call->plan->timeout_milliseconds,
        .answer_size_max      = INTEGRATION_ANSWER_SIZE_MAX,
    };
    send_http(call, &request);
}

static void call_http(struct integration_call *call, const struct integration_request *request)
{
    struct http_exchange_request http;

    if (integration_call_make_http(call, request, &http))
        send_http(call, &http);
    else
        finish_later(call);
}

static void start(struct integration_call *call, const struct integration_request *request)
{
    switch (call->plan->type) {
    case INTEGRATION_HTTP:
    case INTEGRATION_HTTP_PROXY:
        call_http(call, request);
        break;
    case INTEGRATION_MOCK:
        mock(call);
        break;
    case INTEGRATION_AWS:
        if (call->plan->function)
            invoke_function(call);
        else
            call_service(call);
        break;
    case INTEGRATION_AWS_PROXY: /* has no plan */
        abort();
    }
}

struct integration_call *
integration_call_begin(const struct integration_request *request,
                       void (*done)(void *owner, struct integration_result *result), void *owner)
{
    struct integration_call *call = NEW(struct integration_call);
    struct context *context;

    call->done       = done;
    call->owner      = owner;
    call->gateway    = request->gateway;
    call->snapshot   = snapshot_keep(request->snapshot);
    call->plan       = request->plan;
    call->began_at   = clock_microseconds();
    call->is_connect = request->kind == CONTEXT_OF_CONNECT;
    call->entry =
        access_entry_new(request->event, request->kind, request->route_key, request->message_id);
    context                         = &call->entry->context;
    context->disconnect_status_code = request->disconnect_status_code;
    if (request->disconnect_reason)
        context->disconnect_reason = arena_copy_string(&call->arena, request->disconnect_reason);
    if (request->plan->uses_message)
        text_append(&call->message, request->body, request->body_size);
    if (integration_call_prepare(call, request))
        start(call, request);
    else
        finish_later(call);
    return call;
}

/* AWS?: the text about broken JSON is that of REST APIs. */
#define INVALID_JSON "Invalid JSON in request body"

const char *integration_outcome_text(enum integration_outcome outcome)
{
    switch (outcome) {
    case INTEGRATION_ANSWERED:
        return "";
    case INTEGRATION_TIMED_OUT:
        return "Endpoint request timed out";
    case INTEGRATION_FAILED:
        return "Internal server error";
    case INTEGRATION_UNSUPPORTED: /* AWS?: documented is 415 alone */
        return "Unsupported Media Type";
    case INTEGRATION_INVALID_JSON:
        return INVALID_JSON;
    }
    return "";
}

enum aws_error integration_outcome_error(enum integration_outcome outcome, const char **detail)
{
    *detail = NULL;
    switch (outcome) {
    case INTEGRATION_TIMED_OUT:
        return AWS_ENDPOINT_TIMED_OUT;
    case INTEGRATION_UNSUPPORTED:
        return AWS_UNSUPPORTED_MEDIA;
    case INTEGRATION_INVALID_JSON:
        *detail = INVALID_JSON;
        return AWS_BAD_REQUEST;
    case INTEGRATION_ANSWERED:
    case INTEGRATION_FAILED:
        break;
    }
    return AWS_INTERNAL_FAILURE;
}

static int status_of(const struct integration_result *result)
{
    const char *detail;

    return result->outcome == INTEGRATION_ANSWERED
               ? result->status
               : (int)aws_error_status(integration_outcome_error(result->outcome, &detail));
}

/* AWS?: a backend's status is both the integration's and that of the service. */
void integration_result_describe(const struct integration_result *result, struct context *context)
{
    bool has_answered = result->outcome == INTEGRATION_ANSWERED;

    context->status      = status_of(result);
    context->integration = (struct context_step){
        .has_run                          = true,
        .status                           = has_answered ? result->status : 0,
        .integration_status               = has_answered ? result->status : 0,
        .latency_milliseconds             = result->duration_microseconds / 1000,
        .integration_latency_milliseconds = result->duration_microseconds / 1000,
        .error                            = has_answered ? NULL : text_string(&result->problem),
        .request_id                       = result->request_id[0] ? result->request_id : NULL,
    };
}

void integration_result_keep(struct integration_result *result, struct integration_result *kept)
{
    *kept           = *result;
    kept->body      = (struct text){0};
    kept->protocol  = (struct text){0};
    kept->headers   = (struct text){0};
    result->problem = (struct text){0};
}
