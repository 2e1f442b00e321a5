#include "lambda/process.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/call.h"
#include "lambda/function_error.h"
#include "lambda/keeper.h"
#include "lambda/lambda_state.h"
#include "lambda/launch.h"
#include "lambda/pool.h"
#include "lambda/process_state.h"
#include "lambda/room.h"
#include "lambda/run.h"

/* How long a process that has answered may take until it asks for its next event; for how long of
 * it nobody else is started for those who wait. */
#define ANSWERED_MILLISECONDS  10000
#define RETURNING_MILLISECONDS 250

/* AWS: an internal extension has 500 ms after SIGTERM. */
#define SIGTERM_MILLISECONDS 500

/* How long a process may take to exit after it has said that its start failed. */
#define FAILED_START_MILLISECONDS 1000

/* What the deadline of a handler that is debugged is: a day. */
#define INSPECTED_MILLISECONDS (24 * 3600 * 1000ll)

static void enter_starting(struct process *process);
static void leave_starting(struct process *process);
static void enter_idle(struct process *process);
static void leave_idle(struct process *process);
static void enter_busy(struct process *process);
static void enter_answered(struct process *process);
static void leave_answered(struct process *process);
static void enter_ending(struct process *process);
static void do_nothing(struct process *process);

#define TO(state) (1u << PROCESS_##state)

/* clang-format off */
static const struct {
    const char *name;
    const char *aws_name; /* AWS: as the Runtime API's messages have it */
    unsigned may_become;
    void (*enter)(struct process *process);
    void (*leave)(struct process *process);
} states[] = {
    [PROCESS_STARTING] = {"starting", "Started",      TO(IDLE) | TO(BUSY) | TO(ENDING),         enter_starting, leave_starting},
    [PROCESS_IDLE]     = {"idle",     "Ready",        TO(BUSY) | TO(ANSWERED) | TO(ENDING),     enter_idle,     leave_idle},
    [PROCESS_BUSY]     = {"busy",     "Running",      TO(ANSWERED) | TO(DRAINING) | TO(ENDING), enter_busy,     do_nothing},
    [PROCESS_ANSWERED] = {"answered", "ResponseSent", TO(IDLE) | TO(BUSY) | TO(ENDING),         enter_answered, leave_answered},
    [PROCESS_DRAINING] = {"draining", "Running",      TO(ENDING),                               do_nothing,     do_nothing},
    [PROCESS_ENDING]   = {"ending",   "ResponseSent", 0,                                        enter_ending,   do_nothing},
};
/* clang-format on */

void process_become(struct process *process, enum process_state state)
{
    assert(states[process->state].may_become & (1u << state));
    log_debug(LOG_FIELDS({"functionName", process->pool->function.name}, {"pid", process->pid}),
              "process: %s -> %s", states[process->state].name, states[state].name);
    states[process->state].leave(process);
    process->state = state;
    states[state].enter(process);
}

const char *process_state_label(enum process_state state)
{
    return states[state].name;
}

const char *process_state_name(const struct process *process)
{
    return states[process->state].aws_name;
}

/* What happens when a state has lasted too long. */

static void on_alarm(struct alarm *alarm);

static struct alarms *alarms_of(const struct process *process)
{
    return process->pool->lambda->settings.alarms;
}

static void set_alarm(struct process *process, int64_t milliseconds)
{
    alarm_set(alarms_of(process), &process->alarm, milliseconds, on_alarm);
}

/* Somebody may sit at a breakpoint: then nothing that lasts too long is an accident. */
static bool is_inspected(const struct process *process)
{
    return process->pool->function.inspect_port > 0;
}

static void enter_starting(struct process *process)
{
    process->pool->starting++;
    if (!is_inspected(process))
        set_alarm(process, process->pool->lambda->settings.start_milliseconds);
}

static void leave_starting(struct process *process)
{
    process->pool->starting--;
}

static void enter_idle(struct process *process)
{
    queue_push_first(&process->pool->idle, &process->idle_link);
    if (is_inspected(process)) { /* a debugger may be attached to it */
        alarm_stop(alarms_of(process), &process->alarm);
        return;
    }
    queue_push(&process->pool->lambda->idle, &process->idlest);
    set_alarm(process, process->pool->lambda->settings.keep_warm_milliseconds);
}

static void leave_idle(struct process *process)
{
    queue_remove(&process->pool->idle, &process->idle_link);
    if (!is_inspected(process))
        queue_remove(&process->pool->lambda->idle, &process->idlest);
}

static void enter_busy(struct process *process)
{
    process->timeout_milliseconds = is_inspected(process)
                                        ? INSPECTED_MILLISECONDS
                                        : (int64_t)process->pool->function.timeout_seconds * 1000;
    set_alarm(process, process->timeout_milliseconds);
}

static void enter_answered(struct process *process)
{
    process->is_returning = true;
    process->pool->returning++;
    set_alarm(process, RETURNING_MILLISECONDS);
}

static void leave_answered(struct process *process)
{
    process->pool->returning -= process->is_returning;
    process->is_returning = false;
}

static void enter_ending(struct process *process)
{
    alarm_stop(alarms_of(process), &process->alarm);
}

static void do_nothing(struct process *process)
{
}

void process_end(struct process *process, int number, int64_t grace_milliseconds)
{
    process_become(process, PROCESS_ENDING);
    if (number > 0)
        keeper_kill(process->pool->lambda->settings.keeper, process->token, number);
    if (number != SIGKILL)
        set_alarm(process, grace_milliseconds);
}

/* AWS: without an extension a process gets no warning. */
void process_dismiss(struct process *process)
{
    process_end(process, process->has_extension ? SIGTERM : SIGKILL, SIGTERM_MILLISECONDS);
}

struct lambda_run *process_find_awaiting(const struct process *process)
{
    struct lambda_run *run = pool_first_waiting(process->pool);

    return run && process->retired_at > 0 && run->begun_at > process->retired_at ? NULL : run;
}

void process_retire(struct process *process)
{
    switch (process->state) {
    case PROCESS_STARTING: /* what it was started for waits for it: a start may cause the change */
        process->retired_at = clock_microseconds();
        if (!process_find_awaiting(process))
            process_dismiss(process);
        break;
    case PROCESS_IDLE:
    case PROCESS_ANSWERED:
        process_dismiss(process);
        break;
    case PROCESS_BUSY:
        process_become(process, PROCESS_DRAINING);
        break;
    case PROCESS_DRAINING:
    case PROCESS_ENDING:
        break;
    }
}

bool process_is_at_work(const struct process *process)
{
    return process->state == PROCESS_STARTING || process->run;
}

void process_make_room(struct process *process)
{
    log_debug(LOG_FIELDS({"functionName", process->pool->function.name}, {"pid", process->pid}),
              "the process makes room for another function's");
    room_promise(process);
    process_dismiss(process);
}

struct lambda_run *process_take_run(struct process *process)
{
    struct lambda_run *run = process->run;

    output_drain(&process->output);
    output_drain(&process->error);
    process->run = NULL;
    return run;
}

static void fail_run(struct lambda_run *run, const struct text *payload)
{
    run_finish(run, INVOCATION_FUNCTION_ERROR, payload->data, payload->size);
}

static void on_function_timeout(struct process *process)
{
    struct lambda_run *run = process_take_run(process);
    SCOPED_TEXT payload    = {0};

    log_warn(PROCESS_FIELDS(process, run, REASON_FUNCTION_TIMEOUT),
             "the handler ran into its timeout of %.0f s and was killed, as on Lambda; raise "
             "\"timeout\" of the function if it needs longer",
             (double)process->timeout_milliseconds / 1000);
    function_error_timed_out(&payload, run->request_id, process->timeout_milliseconds);
    process_end(process, SIGKILL, 0);
    fail_run(run, &payload);
}

static void on_start_timeout(struct process *process)
{
    int64_t milliseconds   = process->pool->lambda->settings.start_milliseconds;
    struct lambda_run *run = process_find_awaiting(process);
    SCOPED_TEXT payload    = {0};

    process->pool->metrics.failed_starts++;
    log_warn(
        PROCESS_FIELDS(process, run, REASON_NEVER_ASKED),
        "the process has not asked for an event in %.1f s and was killed: does the command speak "
        "the Lambda Runtime API (GET /2018-06-01/runtime/invocation/next)?",
        (double)milliseconds / 1000);
    process_end(process, SIGKILL, 0);
    if (!run)
        return;
    function_error_timed_out(&payload, run->request_id, milliseconds);
    fail_run(run, &payload);
}

/* It takes its time: those who wait count on it no longer. */
static void on_not_returning(struct process *process)
{
    leave_answered(process);
    set_alarm(process, ANSWERED_MILLISECONDS - RETURNING_MILLISECONDS);
    pool_fill(process->pool);
}

static void on_alarm(struct alarm *alarm)
{
    struct process *process = container_of(alarm, struct process, alarm);

    switch (process->state) {
    case PROCESS_STARTING:
        on_start_timeout(process);
        break;
    case PROCESS_BUSY:
    case PROCESS_DRAINING:
        on_function_timeout(process);
        break;
    case PROCESS_ANSWERED:
        if (process->is_returning)
            on_not_returning(process);
        else
            process_dismiss(process);
        break;
    case PROCESS_IDLE: /* not needed any more */
        process_dismiss(process);
        break;
    case PROCESS_ENDING: /* it was asked to go and hasn't */
        keeper_kill(process->pool->lambda->settings.keeper, process->token, SIGKILL);
        break;
    }
}

/* Beginning. */

void process_fail_start(struct process *process, const char *payload, size_t size)
{
    struct pool *pool      = process->pool;
    struct lambda_run *run = process_find_awaiting(process);

    pool->metrics.failed_starts++;
    process_end(process, 0, FAILED_START_MILLISECONDS);
    if (run)
        run_finish(run, INVOCATION_FUNCTION_ERROR, payload, size);
    pool_fill(pool);
}

static void on_no_start(struct loop_task *task);

void process_start(struct pool *pool)
{
    struct lambda *lambda   = pool->lambda;
    struct process *process = NEW(struct process);

    process->pool              = pool;
    process->began_at          = clock_microseconds();
    process->endpoint.listener = -1;
    process->output.pipe       = -1;
    process->error.pipe        = -1;
    process->token             = ++lambda->settings.keeper->last_token;
    snprintf(process->name, sizeof process->name, "%llu", (unsigned long long)process->token);
    map_put(&lambda->processes, process->name, process);
    queue_push(&pool->processes, &process->link);
    process->state = PROCESS_STARTING;
    enter_starting(process);
    if (launch(process) < 0)
        loop_later(lambda->settings.loop, &process->task, on_no_start);
}

/* Ending. */

static void free_memory(void *object)
{
    struct process *process = object;

    text_deinit(&process->problem);
    free(process);
}

/* Takes it out of everything it is in; its run is gone already. */
static void release(struct process *process)
{
    struct pool *pool     = process->pool;
    struct lambda *lambda = pool->lambda;

    if (process->state != PROCESS_ENDING)
        process_become(process, PROCESS_ENDING);
    alarm_stop(alarms_of(process), &process->alarm);
    loop_task_cancel(&process->task);
    if (process->parked)
        reply_empty(process->parked, 503);
    endpoint_close(&process->endpoint);
    output_close(&process->output);
    output_close(&process->error);
    room_return(process);
    map_remove(&lambda->processes, process->name);
    queue_remove(&pool->processes, &process->link);
    loop_free_later(lambda->settings.loop, process, free_memory);
}

void process_forget(struct process *process)
{
    if (process->state != PROCESS_ENDING)
        process_end(process, SIGKILL, 0);
    if (process->run)
        run_forget(process->run);
    process->run = NULL;
    release(process);
}

/* There is no process: the run that it was started for fails. */
static void fail_to_start(struct process *process, const char *problem, const char *advice)
{
    struct pool *pool      = process->pool;
    struct lambda_run *run = process_find_awaiting(process);
    SCOPED_TEXT payload    = {0};

    pool->metrics.failed_starts++;
    log_error(PROCESS_FIELDS(process, run, REASON_CANNOT_START), "%s%s%s", problem,
              *advice ? "; " : "", advice);
    if (run)
        function_error_no_entrypoint(&payload, run->request_id, problem);
    release(process);
    if (run)
        fail_run(run, &payload);
}

static void on_no_start(struct loop_task *task)
{
    struct process *process = container_of(task, struct process, task);
    struct pool *pool       = process->pool;

    fail_to_start(process, text_string(&process->problem), "");
    pool_fill(pool);
    room_fill(pool->lambda);
}

static void log_exit(const struct process *process, const struct lambda_run *run, int status)
{
    SCOPED_TEXT what = {0};

    function_error_describe_exit(&what, status);
    log_warn(PROCESS_FIELDS(process, run, REASON_HANDLER_EXITED), "%s%s%s", text_string(&what),
             process->state == PROCESS_STARTING ? " before it asked for an event" : "",
             run ? ": the invocation fails with Runtime.ExitError, as on Lambda" : "");
}

static void on_exit_report(struct process *process, int status)
{
    enum process_state was = process->state;
    SCOPED_TEXT payload    = {0};
    struct lambda_run *run;

    output_close(&process->output); /* its last lines come before the news of its end */
    output_close(&process->error);
    run = process_take_run(process);
    if (was == PROCESS_STARTING) {
        process->pool->metrics.failed_starts++;
        run = process_find_awaiting(process);
    }
    if (was != PROCESS_ENDING)
        log_exit(process, run, status);
    release(process);
    if (!run)
        return;
    function_error_exited(&payload, run->request_id, status);
    fail_run(run, &payload);
}

static void on_failure_report(struct process *process, const struct keeper_report *report)
{
    SCOPED_TEXT problem = {0};
    SCOPED_TEXT advice  = {0};

    launch_explain(process, report, &problem, &advice);
    if (process->state == PROCESS_STARTING)
        fail_to_start(process, text_string(&problem), text_string(&advice));
    else
        release(process);
}

static void log_debugger(const struct process *process)
{
    log_info(LOG_FIELDS({"functionName", process->pool->function.name}, {"pid", process->pid},
                        {"reason", REASON_DEBUGGER}),
             "attach a debugger to 127.0.0.1:%d; the function's timeouts are suspended",
             process->pool->function.inspect_port);
}

void process_report(struct process *process, const struct keeper_report *report)
{
    switch (report->kind) {
    case KEEPER_STARTED:
        snprintf(process->pid, sizeof process->pid, "%d", report->pid);
        if (is_inspected(process))
            log_debugger(process);
        break;
    case KEEPER_EXITED:
        on_exit_report(process, report->status);
        break;
    case KEEPER_FAILED:
        on_failure_report(process, report);
        break;
    }
}
