#include "lambda/remote.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "lambda/function_error.h"
#include "lambda/lambda_state.h"
#include "lambda/run.h"
#include "loop/http_exchange.h"
#include "model/limits.h"

#define STATUS_OK 200

/* What the log shows of an answer that is no result. */
#define SHOWN_MAX 200

static void fail(struct lambda_run *run, const char *problem)
{
    const struct function *function = &run->pool->function;
    SCOPED_TEXT payload             = {0};

    log_warn(LOG_FIELDS({"functionName", function->name}, {"requestId", run->request_id},
                        {"connectionId", run->connection_id[0] ? run->connection_id : NULL},
                        {"reason", REASON_REMOTE_FAILED}),
             "%s: %s", function->url, problem);
    function_error_no_entrypoint(&payload, run->request_id, problem);
    run_finish(run, INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
}

/* An answer of the endpoint itself, not of the function. */
static void fail_with_status(struct lambda_run *run, const struct http_exchange *exchange)
{
    SCOPED_TEXT problem = {0};
    size_t size         = exchange->body.size;

    text_append_format(&problem, "it answers with status %u", exchange->status);
    if (size > 0)
        text_append_format(&problem, ": %.*s", (int)(size < SHOWN_MAX ? size : SHOWN_MAX),
                           exchange->body.data);
    fail(run, text_string(&problem));
}

static void take_answer(struct lambda_run *run, struct http_exchange *exchange)
{
    size_t size;
    bool is_error       = http_exchange_field(exchange, "X-Amz-Function-Error", 0, &size) != NULL;
    SCOPED_TEXT payload = {0};

    if (exchange->status != STATUS_OK) {
        fail_with_status(run, exchange);
        return;
    }
    payload        = exchange->body;
    exchange->body = (struct text){0};
    if (payload.size == 0)
        text_append_string(&payload, "null");
    run_finish(run, is_error ? INVOCATION_FUNCTION_ERROR : INVOCATION_SUCCEEDED, payload.data,
               payload.size);
}

static void fail_for_size(struct lambda_run *run)
{
    SCOPED_TEXT payload = {0};

    function_error_too_large(&payload);
    run_finish(run, INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
}

static void on_answer(struct http_exchange *exchange)
{
    struct lambda_run *run = container_of(exchange, struct lambda_run, exchange);
    SCOPED_MEMORY char *problem =
        memory_format("no answer: %s", exchange->error.size > 0 ? text_string(&exchange->error)
                                                                : "the exchange failed");

    run->pool->remote_count--;
    switch (exchange->result) {
    case HTTP_EXCHANGE_ANSWERED:
        take_answer(run, exchange);
        break;
    case HTTP_EXCHANGE_TOO_LARGE:
        fail_for_size(run);
        break;
    case HTTP_EXCHANGE_NOT_SENT:
    case HTTP_EXCHANGE_NOBODY:
    case HTTP_EXCHANGE_UNTRUSTED:
    case HTTP_EXCHANGE_TIMED_OUT:
    case HTTP_EXCHANGE_FAILED:
        fail(run, problem);
        break;
    }
}

void remote_invoke(struct pool *pool, struct lambda_run *run)
{
    static const struct http_field fields[] = {
        {"Content-Type", "application/json"}
    };
    const struct http_exchange_request request = {
        .method               = "POST",
        .url                  = pool->function.url,
        .fields               = fields,
        .field_count          = ARRAY_SIZE(fields),
        .body                 = run->event.size > 0 ? run->event.data : "{}",
        .body_size            = run->event.size > 0 ? run->event.size : 2,
        .timeout_milliseconds = (int64_t)FUNCTION_TIMEOUT_SECONDS_MAX * 1000,
        .answer_size_max      = FUNCTION_RESULT_SIZE_MAX,
    };

    if (pool->remote_count >= INVOCATION_QUEUE_MAX) {
        run_refuse(run, INVOCATION_THROTTLED);
        return;
    }
    pool->remote_count++;
    run_begin(run);
    http_exchange_begin(&run->exchange, pool->lambda->agent, &request, on_answer);
}
