#include "admin/metrics.h"

#include <stddef.h>

#include "admin/admin_api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/gateway_metrics.h"
#include "gateway/route_metrics.h"
#include "lambda/function_metrics.h"
#include "lambda/lambda.h"
#include "store/store.h"

/* What each sample of a family is made of: the family, and where in a struct its value is. */
struct family {
    struct metric metric;
    size_t offset;
};

#define OF_ROUTE(member)    offsetof(struct route_metrics, member)
#define OF_FUNCTION(member) offsetof(struct function_metrics, member)
#define OF_LOAD(member)     offsetof(struct function_load, member)

/* clang-format off */

/* AWS: "Monitor WebSocket API execution with CloudWatch metrics"; labels api, stage, route. */
static const struct family of_routes[] = {
    {{"connect_count", METRIC_COUNTER,
      "Requests to the $connect route."}, OF_ROUTE(connect_count)},
    {{"message_count", METRIC_COUNTER,
      "Messages from and to clients; posts have the route @connections."}, OF_ROUTE(message_count)},
    {{"integration_error", METRIC_COUNTER,
      "Requests that the integration answered with an error."}, OF_ROUTE(integration_error)},
    {{"client_error", METRIC_COUNTER,
      "Requests that were refused before the integration was called."}, OF_ROUTE(client_error)},
    {{"execution_error", METRIC_COUNTER,
      "Requests whose integration could not be called, or gave no usable answer."}, OF_ROUTE(execution_error)},
    {{"integration_latency", METRIC_MILLISECONDS,
      "Milliseconds from calling the integration to its answer."}, OF_ROUTE(integration_latency)},
};

/* AWS: "Types of metrics for Lambda functions"; ours behind them. Label function. */
static const struct family of_functions[] = {
    {{"invocations", METRIC_COUNTER,
      "Events that the function was run with."}, OF_FUNCTION(invocations)},
    {{"errors", METRIC_COUNTER,
      "Invocations that ended with a function error."}, OF_FUNCTION(errors)},
    {{"throttles", METRIC_COUNTER,
      "Events that were refused because too many were waiting."}, OF_FUNCTION(throttles)},
    {{"duration", METRIC_MILLISECONDS,
      "Milliseconds that the function ran."}, OF_FUNCTION(duration)},
    {{"postern_late_results_total", METRIC_COUNTER,
      "Results that came when nobody waited for them any more."}, OF_FUNCTION(late_results)},
    {{"postern_failed_starts_total", METRIC_COUNTER,
      "Processes that ended or failed before they asked for an event."}, OF_FUNCTION(failed_starts)},
    {{"postern_cold_start_seconds", METRIC_SECONDS,
      "From the start of a process until it asks for an event."}, OF_FUNCTION(cold_start)},
};

/* The same, of what goes on now. */
static const struct family of_loads[] = {
    {{"concurrent_executions", METRIC_GAUGE,
      "Events that are being processed."}, OF_LOAD(running)},
    {{"postern_waiting_events", METRIC_GAUGE,
      "Events that wait for a process."}, OF_LOAD(waiting)},
};

static const char *const outcome_names[INVOCATION_OUTCOMES] = {
    [INVOCATION_SUCCEEDED]      = "succeeded",
    [INVOCATION_FUNCTION_ERROR] = "function-error",
    [INVOCATION_TIMED_OUT]      = "timed-out",
    [INVOCATION_THROTTLED]      = "throttled",
    [INVOCATION_NO_FUNCTION]    = "no-function",
};

static const struct metric cold_starts = {
    "postern_cold_starts_total", METRIC_COUNTER,
    "Processes that came to ask for an event."};
static const struct metric outcomes = {
    "postern_invocations_total", METRIC_COUNTER,
    "Invocations by what their caller was told."};
static const struct metric connections = {
    "postern_open_connections", METRIC_GAUGE,
    "Open connections."};
static const struct metric handshakes = {
    "postern_handshakes_total", METRIC_COUNTER,
    "Upgrade requests by status; 101 were accepted."};
static const struct metric posts = {
    "postern_posts_total", METRIC_COUNTER,
    "Calls of PostToConnection by status."};
static const struct metric post_time = {
    "postern_post_seconds", METRIC_SECONDS,
    "From the whole body of a post to its answer."};
static const struct metric closes = {
    "postern_closes_total", METRIC_COUNTER,
    "Connections that ended, by close code and by the reason that the log gives."};
static const struct metric throttled = {
    "postern_throttled_total", METRIC_COUNTER,
    "Requests refused because a limit was exceeded, by the limit."};
static const struct metric dropped = {
    "postern_dropped_answers_total", METRIC_COUNTER,
    "Answers dropped because their client doesn't read."};
static const struct metric queued = {
    "postern_send_queue_bytes", METRIC_GAUGE,
    "Bytes that wait for clients to read."};
static const struct metric processes = {
    "postern_processes", METRIC_GAUGE,
    "Handler processes by state."};
static const struct metric backlog = {
    "postern_store_waiting_writes", METRIC_GAUGE,
    "Changes that wait for the next transaction of the database."};
static const struct metric log_lines = {
    "postern_log_lines_dropped_total", METRIC_COUNTER,
    "Log lines dropped because standard error wasn't read."};
static const struct metric allocated = {
    "postern_allocated_bytes", METRIC_GAUGE,
    "Memory in use, without what malloc keeps for later."};
static const struct metric uptime = {
    "postern_uptime_seconds", METRIC_GAUGE,
    "Seconds since the start."};
static const struct metric version = {
    "postern_build_info", METRIC_GAUGE,
    "1; the label tells the version."};
/* clang-format on */

/* A family on its way onto the page. */
struct page {
    struct text *out;
    const struct family *family;
};

static void write_sample(const struct page *page, const struct metric_label *labels,
                         const void *object)
{
    const struct metric *metric = &page->family->metric;
    const void *value           = (const char *)object + page->family->offset;

    if (metric->kind == METRIC_SECONDS || metric->kind == METRIC_MILLISECONDS)
        metric_write_histogram(metric, labels, value, page->out);
    else
        metric_write(metric, labels, *(const uint64_t *)value, page->out);
}

static void write_route(void *owner, const struct route_metrics_view *view)
{
    write_sample(owner,
                 METRIC_LABELS({"api", view->api_id}, {"stage", view->stage},
                               {"route", view->metrics->route_key}),
                 view->metrics);
}

static void write_function(void *owner, const struct function_load *load)
{
    write_sample(owner, METRIC_LABELS({"function", load->function}), load->metrics);
}

static void write_load(void *owner, const struct function_load *load)
{
    write_sample(owner, METRIC_LABELS({"function", load->function}), load);
}

static void write_routes(const struct admin *admin, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(of_routes); i++) {
        struct page page = {.out = out, .family = &of_routes[i]};

        metric_begin(&page.family->metric, out);
        gateway_each_route_metrics(admin->gateway, write_route, &page);
    }
}

static void write_families(const struct lambda *lambda, const struct family *families, size_t count,
                           void (*visit)(void *owner, const struct function_load *load),
                           struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        struct page page = {.out = out, .family = &families[i]};

        metric_begin(&page.family->metric, out);
        lambda_each_load(lambda, visit, &page);
    }
}

static void write_cold_starts(void *owner, const struct function_load *load)
{
    metric_write(&cold_starts, METRIC_LABELS({"function", load->function}),
                 histogram_count(&load->metrics->cold_start), owner);
}

static void write_outcomes(void *owner, const struct function_load *load)
{
    for (size_t i = 0; i < ARRAY_SIZE(outcome_names); i++)
        metric_write(&outcomes,
                     METRIC_LABELS({"function", load->function}, {"outcome", outcome_names[i]}),
                     load->metrics->outcomes[i], owner);
}

static void write_functions(const struct lambda *lambda, struct text *out)
{
    struct process_count states[PROCESS_STATES];

    write_families(lambda, of_functions, ARRAY_SIZE(of_functions), write_function, out);
    write_families(lambda, of_loads, ARRAY_SIZE(of_loads), write_load, out);
    metric_begin(&cold_starts, out);
    lambda_each_load(lambda, write_cold_starts, out);
    metric_begin(&outcomes, out);
    lambda_each_load(lambda, write_outcomes, out);
    metric_begin(&processes, out);
    lambda_count_processes(lambda, states);
    for (size_t i = 0; i < ARRAY_SIZE(states); i++)
        metric_write(&processes, METRIC_LABELS({"state", states[i].state}), states[i].count, out);
}

static void write_connections(void *owner, const struct stage_view *view)
{
    metric_write(&connections, METRIC_LABELS({"api", view->api_id}, {"stage", view->stage}),
                 view->connections, owner);
}

static void write_one(const struct metric *metric, uint64_t value, struct text *out)
{
    metric_begin(metric, out);
    metric_write(metric, NULL, value, out);
}

static void write_closes(const struct gateway_metrics *metrics, struct text *out)
{
    metric_begin(&closes, out);
    for (size_t i = 0; i < CLOSE_CAUSES * CLOSE_CODES; i++) {
        size_t cause   = i / CLOSE_CODES;
        size_t code    = i % CLOSE_CODES;
        uint64_t count = metrics->closes[cause][code];

        if (count > 0)
            metric_write(&closes,
                         METRIC_LABELS({"code", gateway_metrics_code(code)},
                                       {"reason", close_facts((enum close_cause)cause)->reason}),
                         count, out);
    }
}

static void write_throttled(const struct gateway_metrics *metrics, struct text *out)
{
    metric_begin(&throttled, out);
    for (int i = THROTTLE_NONE + 1; i < THROTTLES; i++)
        metric_write(&throttled, METRIC_LABELS({"limit", throttle_name(i)}), metrics->throttled[i],
                     out);
}

static void write_gateway(const struct gateway *gateway, struct text *out)
{
    const struct gateway_metrics *metrics = gateway_metrics(gateway);

    metric_begin(&connections, out);
    gateway_each_stage(gateway, write_connections, out);
    metric_begin(&handshakes, out);
    metric_write_statuses(&handshakes, &metrics->handshakes, out);
    metric_begin(&posts, out);
    metric_write_statuses(&posts, &metrics->posts, out);
    metric_begin(&post_time, out);
    metric_write_histogram(&post_time, NULL, &metrics->post_time, out);
    write_closes(metrics, out);
    write_throttled(metrics, out);
    write_one(&dropped, metrics->dropped_answers, out);
    write_one(&queued, gateway_queued_size(gateway), out);
}

void metrics_write(const struct admin *admin, struct text *out)
{
    write_routes(admin, out);
    write_gateway(admin->gateway, out);
    write_functions(admin->lambda, out);
    write_one(&backlog, store_backlog(admin->store), out);
    write_one(&log_lines, log_dropped_count(), out);
    write_one(&allocated, memory_allocated(), out);
    write_one(&uptime, (uint64_t)(clock_microseconds() - admin->started_at) / 1000000, out);
    metric_begin(&version, out);
    metric_write(&version, METRIC_LABELS({"version", POSTERN_VERSION}), 1, out);
}
