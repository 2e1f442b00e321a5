#include "lambda/run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"

#define TO(state) (1u << RUN_##state)

static const struct {
    const char *name;
    unsigned may_become;
} states[] = {
    [RUN_QUEUED]   = {"queued",   TO(RUNNING) | TO(FAILED) },
    [RUN_RUNNING]  = {"running",  TO(ANSWERED) | TO(FAILED)},
    [RUN_ANSWERED] = {"answered", 0                        },
    [RUN_FAILED]   = {"failed",   0                        },
};

/* The only place where a run changes state. */
static void become(struct lambda_run *run, enum run_state state)
{
    assert(states[run->state].may_become & (1u << state));
    log_debug(LOG_FIELDS({"requestId", run->request_id}), "invocation: %s -> %s",
              states[run->state].name, states[state].name);
    run->state = state;
}

static void free_memory(void *object)
{
    struct lambda_run *run = object;

    text_deinit(&run->event);
    free(run);
}

/* Takes it out of everything it is in. */
static void release(struct lambda_run *run)
{
    struct lambda *lambda = run->lambda;

    alarm_stop(lambda->settings.alarms, &run->patience);
    http_exchange_deinit(&run->exchange);
    loop_task_cancel(&run->task);
    queue_remove(&lambda->runs, &run->runs_link);
    loop_free_later(lambda->settings.loop, run, free_memory);
}

/* Tells whoever waits, if anybody does: the last thing that is done with a run. */
static void tell(struct lambda_run *run, enum invocation_outcome outcome, const char *payload,
                 size_t size)
{
    struct invocation *invocation = run->invocation;
    int64_t now                   = clock_microseconds();

    if (!invocation)
        return;
    if (run->pool)
        run->pool->metrics.outcomes[outcome]++;
    run->invocation                   = NULL;
    invocation->run                   = NULL;
    invocation->outcome               = outcome;
    invocation->duration_microseconds = now - run->begun_at;
    invocation->waiting_microseconds =
        (run->running_at > 0 ? run->running_at : now) - run->begun_at;
    if (size > 0)
        text_append(&invocation->payload, payload, size);
    invocation->done(invocation);
}

static void on_patience_over(struct alarm *alarm)
{
    struct lambda_run *run = container_of(alarm, struct lambda_run, patience);
    bool is_queued         = run->state == RUN_QUEUED;

    log_warn(LOG_FIELDS({"functionName", run->pool->function.name}, {"requestId", run->request_id},
                        {"connectionId", run->connection_id[0] ? run->connection_id : NULL},
                        {"reason", is_queued ? REASON_NO_PROCESS_FREE : REASON_HANDLER_RUNS_ON}),
             "%s: the gateway waits no longer, as AWS does after 29 seconds at most",
             is_queued ? "no process of the function was free in time"
                       : "the handler has not answered in time, and runs on");
    if (is_queued) {
        pool_remove_waiting(run->pool, run);
        become(run, RUN_FAILED);
        release(run);
    }
    tell(run, INVOCATION_TIMED_OUT, "", 0);
}

struct lambda_run *run_new(struct lambda *lambda, struct pool *pool, struct invocation *invocation)
{
    struct lambda_run *run = NEW(struct lambda_run);

    run->lambda       = lambda;
    run->pool         = pool;
    run->invocation   = invocation;
    run->event        = invocation->event;
    run->begun_at     = clock_microseconds();
    invocation->run   = run;
    invocation->event = (struct text){0};
    id_uuid(run->request_id);
    memcpy(invocation->request_id, run->request_id, sizeof run->request_id);
    if (invocation->connection_id)
        snprintf(run->connection_id, sizeof run->connection_id, "%s", invocation->connection_id);
    queue_push(&lambda->runs, &run->runs_link);
    if (pool && pool->function.inspect_port == 0)
        alarm_set(lambda->settings.alarms, &run->patience, invocation->timeout_milliseconds,
                  on_patience_over);
    return run;
}

void run_begin(struct lambda_run *run)
{
    become(run, RUN_RUNNING);
    run->running_at = clock_microseconds();
    run->pool->metrics.invocations++;
}

static void on_refused(struct loop_task *task)
{
    struct lambda_run *run = container_of(task, struct lambda_run, task);

    release(run);
    tell(run, run->refusal, "", 0);
}

void run_refuse(struct lambda_run *run, enum invocation_outcome outcome)
{
    become(run, RUN_FAILED);
    if (outcome == INVOCATION_THROTTLED)
        run->pool->metrics.throttles++;
    alarm_stop(run->lambda->settings.alarms, &run->patience);
    run->refusal = outcome;
    loop_later(run->lambda->settings.loop, &run->task, on_refused);
}

static void log_late(const struct lambda_run *run)
{
    log_info(LOG_FIELDS({"functionName", run->pool->function.name}, {"requestId", run->request_id},
                        {"connectionId", run->connection_id[0] ? run->connection_id : NULL},
                        {"reason", REASON_LATE_RESULT}),
             "the handler has ended after %.1f s, when nobody waited for it any more: its result "
             "is dropped",
             (double)(clock_microseconds() - run->begun_at) / 1e6);
}

/* AWS: an invocation whose start fails is one, and an error. */
static void count(const struct lambda_run *run, enum invocation_outcome outcome)
{
    struct function_metrics *metrics = &run->pool->metrics;

    if (run->state == RUN_QUEUED)
        metrics->invocations++;
    else
        histogram_add(&metrics->duration, clock_microseconds() - run->running_at);
    metrics->errors += outcome == INVOCATION_FUNCTION_ERROR;
    metrics->late_results += run->invocation == NULL;
}

void run_finish(struct lambda_run *run, enum invocation_outcome outcome, const char *payload,
                size_t size)
{
    count(run, outcome);
    if (run->state == RUN_QUEUED)
        pool_remove_waiting(run->pool, run);
    become(run, outcome == INVOCATION_SUCCEEDED ? RUN_ANSWERED : RUN_FAILED);
    if (!run->invocation)
        log_late(run);
    release(run);
    tell(run, outcome, payload, size);
}

void run_forget(struct lambda_run *run)
{
    if (run->invocation)
        run->invocation->run = NULL;
    release(run);
}

void invocation_cancel(struct invocation *invocation)
{
    struct lambda_run *run = invocation->run;

    if (!run)
        return;
    run->invocation = NULL;
    invocation->run = NULL;
    if (run->state != RUN_QUEUED)
        return; /* it runs on, or is on its way out */
    pool_remove_waiting(run->pool, run);
    become(run, RUN_FAILED);
    release(run);
}
