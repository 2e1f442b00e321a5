#include "lambda/conversation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/call.h"
#include "lambda/function_error.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"
#include "lambda/process_state.h"
#include "lambda/room.h"
#include "lambda/run.h"

static void add_headers(const struct process *process, const struct lambda_run *run,
                        struct call *call)
{
    int64_t now = clock_milliseconds();
    char trace[ID_TRACE_SIZE];
    char value[128];

    call_add_header(call, "Lambda-Runtime-Aws-Request-Id", run->request_id);
    snprintf(value, sizeof value, "%lld", (long long)(now + process->timeout_milliseconds));
    call_add_header(call, "Lambda-Runtime-Deadline-Ms", value);
    call_add_header(call, "Lambda-Runtime-Invoked-Function-Arn", process->pool->arn);
    id_trace(now, trace);
    snprintf(value, sizeof value, "Root=%s;Parent=%.16s;Sampled=0", trace, trace + 11);
    call_add_header(call, "Lambda-Runtime-Trace-Id", value);
}

/* The answer to its request for an event. */
static enum outcome hand_over(struct process *process, struct call *call, struct lambda_run *run)
{
    SCOPED_TEXT event = run->event; /* gone once it is handed over */

    run->event   = (struct text){0};
    process->run = run;
    run_begin(run);
    process_become(process, PROCESS_BUSY);
    log_debug(LOG_FIELDS({"functionName", process->pool->function.name}, {"pid", process->pid}),
              "START RequestId: %s Version: $LATEST", run->request_id);
    add_headers(process, run, call);
    if (event.size == 0)
        return reply_json(call, 200, "{}", 2);
    return reply_json(call, 200, event.data, event.size);
}

void conversation_take(struct process *process, struct lambda_run *run)
{
    struct call *call = process->parked;

    process->parked = NULL;
    hand_over(process, call, run);
}

/* Its connection closed while it waited for an event: it may come back with another. */
static void on_call_gone(void *owner)
{
    struct process *process = owner;

    process->parked = NULL;
    if (process->state == PROCESS_IDLE)
        process_become(process, PROCESS_ANSWERED);
}

/* Whatever a process does that is at its end, or must go, waits until it has gone. */
static enum outcome never_answer(struct call *call)
{
    return reply_later(call, NULL, NULL);
}

/* A process that was retired while it started: it may have what waited for it then. */
static enum outcome ask_as_retired(struct process *process, struct call *call)
{
    struct lambda_run *run = process_find_awaiting(process);
    enum outcome outcome;

    if (!run) {
        process_dismiss(process);
        return never_answer(call);
    }
    pool_remove_waiting(process->pool, run);
    outcome = hand_over(process, call, run);
    process_become(process, PROCESS_DRAINING);
    return outcome;
}

enum outcome conversation_ask(struct process *process, struct call *call)
{
    struct lambda_run *run;

    if (process->state == PROCESS_STARTING)
        histogram_add(&process->pool->metrics.cold_start, clock_microseconds() - process->began_at);

    if (process->run) {
        SCOPED_TEXT payload = {0};

        function_error_no_response(&payload, process->run->request_id);
        conversation_answer(process, INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
    }
    if (process->state != PROCESS_ENDING && room_is_owed(process->pool)) {
        room_promise(process);
        process_dismiss(process);
    }
    if (process->state == PROCESS_ENDING)
        return never_answer(call);
    if (process->state == PROCESS_STARTING && process->retired_at > 0)
        return ask_as_retired(process, call);
    if (process->parked) /* it asks twice: the newer request counts */
        reply_empty(process->parked, 503);
    process->parked = NULL;
    run             = pool_pop_waiting(process->pool);
    if (run)
        return hand_over(process, call, run);
    if (process->state != PROCESS_IDLE)
        process_become(process, PROCESS_IDLE);
    process->parked = call;
    return reply_later(call, on_call_gone, process);
}

static void log_report(const struct process *process, const struct lambda_run *run)
{
    double milliseconds = (double)(clock_microseconds() - run->running_at) / 1000;

    log_debug(LOG_FIELDS({"functionName", process->pool->function.name}, {"pid", process->pid}),
              "REPORT RequestId: %s Duration: %.2f ms Memory Size: %d MB", run->request_id,
              milliseconds, process->pool->function.memory_megabytes);
}

void conversation_answer(struct process *process, enum invocation_outcome outcome,
                         const char *payload, size_t size)
{
    struct lambda_run *run = process_take_run(process);

    log_report(process, run);
    memcpy(process->answered_id, run->request_id, sizeof process->answered_id);
    process->pool->last_run_at = clock_microseconds();
    if (process->state == PROCESS_DRAINING || process->pool->is_removed)
        process_dismiss(process);
    else
        process_become(process, PROCESS_ANSWERED);
    run_finish(run, outcome, payload, size);
}
