#include "lambda/run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "lambda/lambda_state.h"

static void run_free(void *object)
{
    struct lambda_run *run = object;

    text_deinit(&run->event);
    free(run);
}

/* Tells whoever waits, if anybody does. */
static void answer(struct lambda_run *run, enum invocation_outcome outcome, const char *payload,
                   size_t size)
{
    struct invocation *invocation = run->invocation;

    if (!invocation)
        return;
    run->invocation                   = NULL;
    invocation->run                   = NULL;
    invocation->outcome               = outcome;
    invocation->duration_microseconds = clock_microseconds() - run->started_at;
    text_append(&invocation->payload, payload, size);
    invocation->done(invocation);
}

static void on_caller_timeout(struct alarm *alarm)
{
    struct lambda_run *run = container_of(alarm, struct lambda_run, timeout);
    struct pool *pool      = run->pool;

    log_warn(LOG_FIELDS({"functionName", pool ? pool->function.name : NULL},
                        {"requestId", run->request_id}, {"reason", "integration-timeout"}),
             "%s: the gateway waits no longer, as AWS does after 29 seconds at most",
             run->state == RUN_QUEUED ? "no process of the function was free in time"
                                      : "the handler has not answered in time");
    answer(run, INVOCATION_TIMED_OUT, "", 0);
    if (run->state != RUN_QUEUED)
        return; /* it runs on */
    queue_remove(&pool->waiting, &run->link);
    run->state = RUN_ANSWERED;
    loop_free_later(pool->lambda->settings.loop, run, run_free);
}

struct lambda_run *run_new(struct lambda *lambda, struct pool *pool, struct invocation *invocation)
{
    struct lambda_run *run = NEW(struct lambda_run);

    run->pool         = pool;
    run->invocation   = invocation;
    run->event        = invocation->event;
    run->started_at   = clock_microseconds();
    invocation->run   = run;
    invocation->event = (struct text){0};
    id_uuid(run->request_id);
    memcpy(invocation->request_id, run->request_id, sizeof run->request_id);
    if (pool)
        alarm_set(lambda->settings.alarms, &run->timeout, invocation->timeout_milliseconds,
                  on_caller_timeout);
    return run;
}

static void on_refused(struct loop_task *task)
{
    struct lambda_run *run = container_of(task, struct lambda_run, task);

    answer(run, run->refusal, "", 0);
    run_free(run);
}

void run_refuse(struct lambda *lambda, struct lambda_run *run, enum invocation_outcome outcome)
{
    alarm_stop(lambda->settings.alarms, &run->timeout);
    run->state   = RUN_ANSWERED;
    run->refusal = outcome;
    loop_later(lambda->settings.loop, &run->task, on_refused);
}

static void log_late(const struct lambda_run *run)
{
    log_info(LOG_FIELDS({"functionName", run->pool->function.name}, {"requestId", run->request_id},
                        {"reason", "late-result"}),
             "the handler answered when nobody waited for it any more; its result is dropped");
}

void run_finish(struct lambda *lambda, struct lambda_run *run, enum invocation_outcome outcome,
                const char *payload, size_t size)
{
    assert(run->state != RUN_ANSWERED);
    if (run->state == RUN_QUEUED)
        queue_remove(&run->pool->waiting, &run->link);
    run->state   = RUN_ANSWERED;
    run->process = NULL;
    alarm_stop(lambda->settings.alarms, &run->timeout);
    if (!run->invocation)
        log_late(run);
    answer(run, outcome, payload, size);
    loop_free_later(lambda->settings.loop, run, run_free);
}

void run_fail(struct lambda *lambda, struct lambda_run *run, const char *type, const char *message)
{
    SCOPED_TEXT payload = {0};

    text_append_string(&payload, "{\"errorType\":");
    text_append_json_string(&payload, type);
    text_append_string(&payload, ",\"errorMessage\":");
    text_append_json_string(&payload, message);
    text_append_character(&payload, '}');
    run_finish(lambda, run, INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
}

void invocation_cancel(struct invocation *invocation)
{
    struct lambda_run *run = invocation->run;

    if (!run)
        return;
    run->invocation = NULL;
    invocation->run = NULL;
}
