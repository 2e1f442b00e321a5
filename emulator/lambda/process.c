#include "lambda/process.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/call.h"
#include "http/server.h"
#include "lambda/command.h"
#include "lambda/environment.h"
#include "lambda/keeper.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/run.h"
#include "model/limits.h"

/* How long a process that has answered may take until it asks for its next event. */
#define ANSWERED_MILLISECONDS 10000

static void on_alarm(struct alarm *alarm);

static void set_alarm(struct process *process, int64_t milliseconds)
{
    alarm_set(process->pool->lambda->settings.alarms, &process->alarm, milliseconds, on_alarm);
}

static void leave_idle(struct process *process)
{
    queue_remove(&process->pool->idle, &process->idle_link);
    queue_remove(&process->pool->lambda->idle, &process->idlest);
}

/* The only place where a process changes state: what comes with a state goes with it. */
static void become(struct process *process, enum process_state state)
{
    struct pool *pool = process->pool;

    if (process->state == PROCESS_IDLE && state != PROCESS_IDLE)
        leave_idle(process);
    if (state != PROCESS_STARTING && process->was_counted) {
        process->was_counted = false;
        pool->starting--;
    }
    process->state = state;
    switch (state) {
    case PROCESS_STARTING:
        set_alarm(process, FUNCTION_INIT_SECONDS_MAX * 1000);
        break;
    case PROCESS_IDLE:
        queue_push_first(&pool->idle, &process->idle_link);
        queue_push(&pool->lambda->idle, &process->idlest);
        set_alarm(process, pool->lambda->settings.keep_warm_milliseconds);
        break;
    case PROCESS_BUSY:
        set_alarm(process, (int64_t)pool->function.timeout_seconds * 1000);
        break;
    case PROCESS_ANSWERED:
        set_alarm(process, ANSWERED_MILLISECONDS);
        break;
    case PROCESS_ENDING:
        alarm_stop(pool->lambda->settings.alarms, &process->alarm);
        break;
    }
}

void process_kill(struct process *process)
{
    struct call *next = process->next;

    if (process->state == PROCESS_ENDING)
        return;
    process->next = NULL;
    become(process, PROCESS_ENDING);
    if (next)
        reply_empty(next, 503);
    keeper_kill(process->pool->lambda->settings.keeper, process->token, SIGKILL);
}

void process_retire(struct process *process)
{
    process->is_retired = true;
    if (process->state == PROCESS_IDLE || process->state == PROCESS_ANSWERED)
        process_kill(process);
}

/* Fails the run of a process, which is killed. */
static void fail_run(struct process *process, const char *type, const char *message)
{
    struct lambda_run *run = process->run;

    process->run = NULL;
    process_kill(process);
    run_fail(process->pool->lambda, run, type, message);
}

static void on_function_timeout(struct process *process)
{
    const struct function *function = &process->pool->function;
    SCOPED_TEXT message             = {0};

    log_warn(LOG_FIELDS({"functionName", function->name}, {"requestId", process->run->request_id},
                        {"reason", "function-timeout"}),
             "the handler ran into its timeout of %d s and was killed, as on Lambda; raise "
             "\"timeout\" of the function if it needs longer",
             function->timeout_seconds);
    text_append_format(&message, "RequestId: %s Error: Task timed out after %d.00 seconds",
                       process->run->request_id, function->timeout_seconds);
    fail_run(process, "Sandbox.Timedout", text_string(&message));
}

static void on_start_timeout(struct process *process)
{
    log_warn(
        LOG_FIELDS({"functionName", process->pool->function.name}, {"reason", "never-asked"}),
        "the process has not asked for an event in %d s and was killed: does the command speak "
        "the Lambda Runtime API (GET /2018-06-01/runtime/invocation/next)?",
        FUNCTION_INIT_SECONDS_MAX);
    process_kill(process);
    pool_fail_waiting(process->pool, "Sandbox.Timedout",
                      "The runtime never asked for an event: init timed out after 10.00 seconds");
}

static void on_alarm(struct alarm *alarm)
{
    struct process *process = container_of(alarm, struct process, alarm);

    switch (process->state) {
    case PROCESS_STARTING:
        on_start_timeout(process);
        break;
    case PROCESS_BUSY:
        on_function_timeout(process);
        break;
    case PROCESS_IDLE: /* not needed any more */
    case PROCESS_ANSWERED:
        process_kill(process);
        break;
    case PROCESS_ENDING:
        break;
    }
}

/* The answer to its request for an event. */
static enum outcome hand_over(struct process *process, struct call *call, struct lambda_run *run)
{
    const struct lambda_settings *settings = &process->pool->lambda->settings;
    const struct function *function        = &process->pool->function;
    char value[512];
    char trace[ID_TRACE_SIZE];
    int64_t now       = clock_milliseconds();
    SCOPED_TEXT event = {0};

    run->state   = RUN_RUNNING;
    run->process = process;
    process->run = run;
    become(process, PROCESS_BUSY);
    call_add_header(call, "Lambda-Runtime-Aws-Request-Id", run->request_id);
    snprintf(value, sizeof value, "%lld", (long long)now + function->timeout_seconds * 1000LL);
    call_add_header(call, "Lambda-Runtime-Deadline-Ms", value);
    snprintf(value, sizeof value, "arn:aws:lambda:%s:%s:function:%s", settings->region,
             settings->account, function->name);
    call_add_header(call, "Lambda-Runtime-Invoked-Function-Arn", value);
    id_trace(now, trace);
    snprintf(value, sizeof value, "Root=%s;Parent=%.16s;Sampled=0", trace, trace + 11);
    call_add_header(call, "Lambda-Runtime-Trace-Id", value);
    event      = run->event; /* gone once it is handed over */
    run->event = (struct text){0};
    return reply_json(call, 200, text_string(&event), event.size);
}

void process_take(struct process *process, struct lambda_run *run)
{
    struct call *call = process->next;

    assert(process->state == PROCESS_IDLE && call);
    process->next = NULL;
    hand_over(process, call, run);
}

/* Its connection closed while it waited for an event: it may come back with another. */
static void on_call_gone(void *owner)
{
    struct process *process = owner;

    process->next = NULL;
    if (process->state == PROCESS_IDLE)
        become(process, PROCESS_ANSWERED);
}

static void unanswered(struct process *process)
{
    struct lambda_run *run = process->run;
    SCOPED_TEXT message    = {0};

    text_append_format(&message,
                       "RequestId: %s Error: Runtime asked for the next event without an answer",
                       run->request_id);
    process->run = NULL;
    run_fail(process->pool->lambda, run, "Runtime.ExitError", text_string(&message));
}

enum outcome process_ask(struct process *process, struct call *call)
{
    struct lambda_run *run;

    if (process->run)
        unanswered(process);
    if (process->state == PROCESS_ENDING || process->is_retired) {
        process_kill(process);
        return reply_empty(call, 503);
    }
    if (process->next) /* it asks twice: the newer request counts */
        reply_empty(process->next, 503);
    process->next = NULL;
    run           = pool_pop_waiting(process->pool);
    if (run)
        return hand_over(process, call, run);
    if (process->state != PROCESS_IDLE)
        become(process, PROCESS_IDLE);
    process->next = call;
    return reply_later(call, on_call_gone, process);
}

void process_answered(struct process *process)
{
    process->run = NULL;
    become(process, PROCESS_ANSWERED);
    if (process->is_retired)
        process_kill(process);
}

static void on_accept(struct poller *poller, unsigned events)
{
    struct process *process = container_of(poller, struct process, accept);
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int connection =
        accept4(process->listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (connection < 0)
        return;
    http_server_add(process->pool->lambda->runtime_server, connection, (struct sockaddr *)&peer,
                    size, (void *)(uintptr_t)process->token);
}

static int listen_for(struct process *process)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr   = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size             = sizeof address;

    process->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (process->listener < 0)
        return log_errno(errno, "cannot make a socket for a handler process");
    if (bind(process->listener, (struct sockaddr *)&address, size) < 0 ||
        listen(process->listener, 16) < 0 ||
        getsockname(process->listener, (struct sockaddr *)&address, &size) < 0)
        return log_errno(errno, "cannot listen for a handler process");
    process->port = ntohs(address.sin_port);
    return poller_start(process->pool->lambda->settings.loop, &process->accept, process->listener,
                        POLLER_READ, on_accept);
}

static int spawn(struct process *process, int output, int error)
{
    struct lambda *lambda           = process->pool->lambda;
    const struct function *function = &process->pool->function;
    const char *words[COMMAND_WORDS_MAX];
    SCOPED_MEMORY char *made = NULL;
    char log_stream[33];
    unsigned char random[16];
    const struct environment_facts facts = {environ,
                                            function,
                                            lambda->settings.environment,
                                            lambda->runtime_directory,
                                            lambda->region,
                                            lambda->account,
                                            process->port,
                                            log_stream};
    struct keeper_spawn request          = {
                 .token     = process->token,
                 .directory = function->code_uri,
                 .arguments = words,
                 .output    = output,
                 .error     = error,
    };
    char **environment;
    int result;

    id_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(log_stream + 2 * i, 3, "%02x", random[i]);
    command_words(function, lambda->runtime_directory, words, &made);
    environment         = environment_new(&facts);
    request.environment = (const char *const *)environment;
    result              = keeper_spawn(lambda->settings.keeper, &request);
    environment_free(environment);
    return result;
}

static int open_all(struct process *process)
{
    struct loop *loop = process->pool->lambda->settings.loop;
    int output        = -1;
    int error         = -1;
    int result        = listen_for(process);

    if (result == 0)
        result = output_open(&process->output, loop, process, &output);
    if (result == 0)
        result = output_open(&process->error, loop, process, &error);
    if (result == 0)
        result = spawn(process, output, error);
    if (output >= 0)
        close(output);
    if (error >= 0)
        close(error);
    return result;
}

int process_start(struct pool *pool)
{
    struct lambda *lambda   = pool->lambda;
    struct process *process = NEW(struct process);
    int result;

    process->pool              = pool;
    process->listener          = -1;
    process->output.descriptor = -1;
    process->error.descriptor  = -1;
    process->token             = ++lambda->last_token;
    snprintf(process->name, sizeof process->name, "%llu", (unsigned long long)process->token);
    map_put(&lambda->processes, process->name, process);
    queue_push(&pool->processes, &process->link);
    process->was_counted = true;
    pool->starting++;
    become(process, PROCESS_STARTING);
    result = open_all(process);
    if (result < 0)
        process_free(process);
    return result;
}

static void free_memory(void *object)
{
    free(object);
}

void process_free(struct process *process)
{
    struct pool *pool     = process->pool;
    struct lambda *lambda = pool->lambda;

    if (process->state != PROCESS_ENDING)
        become(process, PROCESS_ENDING);
    if (process->next)
        reply_empty(process->next, 503);
    poller_stop(&process->accept);
    if (process->listener >= 0)
        close(process->listener);
    output_close(&process->output);
    output_close(&process->error);
    map_remove(&lambda->processes, process->name);
    queue_remove(&pool->processes, &process->link);
    loop_free_later(lambda->settings.loop, process, free_memory);
}

static void describe_exit(int status, struct text *out)
{
    if (WIFSIGNALED(status))
        text_append_format(out, "Runtime exited with error: signal: %s",
                           strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        text_append_format(out, "Runtime exited with error: exit status %d", WEXITSTATUS(status));
    else
        text_append_string(out, "Runtime exited without providing a reason");
}

static void log_exit(const struct process *process, const struct text *what)
{
    log_warn(LOG_FIELDS({"functionName", process->pool->function.name},
                        {"requestId", process->run ? process->run->request_id : NULL},
                        {"reason", "handler-exited"}),
             "%s%s", text_string(what),
             process->state == PROCESS_STARTING ? " before it asked for an event" : "");
}

static void on_exit_report(struct process *process, int status)
{
    SCOPED_TEXT what       = {0};
    SCOPED_TEXT message    = {0};
    struct pool *pool      = process->pool;
    struct lambda_run *run = process->run;
    enum process_state was = process->state;

    output_close(&process->output); /* its last lines come before the news of its end */
    output_close(&process->error);
    describe_exit(status, &what);
    text_append_format(&message, "RequestId: %s Error: %s", run ? run->request_id : "",
                       text_string(&what));
    if (was != PROCESS_ENDING)
        log_exit(process, &what);
    process->run = NULL;
    process_free(process);
    if (run)
        run_fail(pool->lambda, run, "Runtime.ExitError", text_string(&message));
    else if (was == PROCESS_STARTING)
        pool_fail_waiting(pool, "Runtime.ExitError", text_string(&message));
}

static void on_failure_report(struct process *process, const struct keeper_report *report)
{
    struct pool *pool                    = process->pool;
    const char *words[COMMAND_WORDS_MAX] = {0};
    const char *hint                     = command_hint(&pool->function);
    SCOPED_MEMORY char *made             = NULL;
    SCOPED_TEXT message                  = {0};

    command_words(&pool->function, pool->lambda->runtime_directory, words, &made);
    text_append_format(&message, "cannot start %s in %s: %s", words[0], pool->function.code_uri,
                       strerror(report->error));
    log_error(LOG_FIELDS({"functionName", pool->function.name}, {"reason", "cannot-start"}),
              "%s; %s", text_string(&message),
              hint ? hint : "check the function's command and codeUri");
    process_free(process);
    pool_fail_waiting(pool, "Runtime.InvalidEntrypoint", text_string(&message));
}

void process_report(struct process *process, const struct keeper_report *report)
{
    switch (report->kind) {
    case KEEPER_STARTED:
        process->pid = report->pid;
        break;
    case KEEPER_EXITED:
        on_exit_report(process, report->status);
        break;
    case KEEPER_FAILED:
        on_failure_report(process, report);
        break;
    }
}
