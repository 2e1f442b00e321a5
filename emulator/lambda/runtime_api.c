#include "lambda/runtime_api.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "http/call.h"
#include "http/operation.h"
#include "http/server.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"
#include "lambda/run.h"
#include "model/limits.h"

static enum outcome next(struct call *call);
static enum outcome invocation_response(struct call *call);
static enum outcome invocation_error(struct call *call);
static enum outcome init_error(struct call *call);
static enum outcome ping(struct call *call);
static enum outcome register_extension(struct call *call);
static enum outcome next_extension_event(struct call *call);

/* clang-format off */
static const struct operation operations[] = {
    {"Next",               "GET",  "/2018-06-01/runtime/invocation/next",                 next},
    {"InvocationResponse", "POST", "/2018-06-01/runtime/invocation/{requestId}/response", invocation_response},
    {"InvocationError",    "POST", "/2018-06-01/runtime/invocation/{requestId}/error",    invocation_error},
    {"InitError",          "POST", "/2018-06-01/runtime/init/error",                      init_error},
    {"Ping",               "GET",  "/2018-06-01/ping",                                    ping},
    {"Register",           "POST", "/2020-01-01/extension/register",                      register_extension},
    {"NextExtensionEvent", "GET",  "/2020-01-01/extension/event/next",                    next_extension_event},
};
/* clang-format on */

static const struct api_table table = {operations, ARRAY_SIZE(operations),
                                       FUNCTION_RESULT_SIZE_MAX};

static enum outcome accepted(struct call *call)
{
    static const char body[] = "{\"status\":\"OK\"}";

    return reply_json(call, 202, body, sizeof body - 1);
}

static enum outcome failed(struct call *call, unsigned status, const char *type,
                           const char *message)
{
    SCOPED_TEXT body = {0};

    text_append_format(&body, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}", message, type);
    return reply_json(call, status, body.data, body.size);
}

static enum outcome next(struct call *call)
{
    return process_ask(call_subject(call), call);
}

/* The run that a call answers, if it is the one its process has. */
static struct lambda_run *current_run(struct call *call)
{
    struct process *process = call_subject(call);

    if (!process->run || strcmp(process->run->request_id, call_path(call, "requestId")) != 0)
        return NULL;
    return process->run;
}

/* Ends the run of the call's process; the process goes on. */
static enum outcome finish(struct call *call, struct lambda_run *run,
                           enum invocation_outcome outcome)
{
    struct process *process = call_subject(call);
    struct lambda *lambda   = process->pool->lambda;
    size_t size;
    const char *payload = call_body(call, &size);

    process_answered(process);
    run_finish(lambda, run, outcome, payload, size);
    return accepted(call);
}

/* AWS: "Function.ResponseSizeTooLarge"; the runtime goes on. */
static enum outcome too_large(struct call *call, struct lambda_run *run)
{
    struct process *process = call_subject(call);
    struct lambda *lambda   = process->pool->lambda;
    char message[128];

    snprintf(message, sizeof message,
             "Response payload size exceeded maximum allowed payload size (%d bytes).",
             FUNCTION_RESULT_SIZE_MAX);
    process_answered(process);
    run_fail(lambda, run, "Function.ResponseSizeTooLarge", message);
    snprintf(message, sizeof message, "Exceeded maximum allowed payload size (%d bytes).",
             FUNCTION_RESULT_SIZE_MAX);
    return failed(call, 413, "RequestEntityTooLarge", message);
}

static enum outcome invocation_response(struct call *call)
{
    struct lambda_run *run = current_run(call);
    size_t size;

    if (!run)
        return failed(call, 400, "InvalidRequestID", "Invalid request ID");
    call_body(call, &size);
    if (size > FUNCTION_RESULT_SIZE_MAX)
        return too_large(call, run);
    return finish(call, run, INVOCATION_SUCCEEDED);
}

static enum outcome invocation_error(struct call *call)
{
    struct lambda_run *run = current_run(call);

    if (!run)
        return failed(call, 400, "InvalidRequestID", "Invalid request ID");
    return finish(call, run, INVOCATION_FUNCTION_ERROR);
}

/* The process will exit; whoever waits for it gets what it said. */
static enum outcome init_error(struct call *call)
{
    struct process *process = call_subject(call);
    struct lambda *lambda   = process->pool->lambda;
    struct lambda_run *run;
    size_t size;
    const char *payload = call_body(call, &size);

    if (process->state != PROCESS_STARTING)
        return failed(call, 403, "InvalidStateTransition",
                      "State transition from Ready to InitError failed for runtime. Error: State "
                      "transition is not allowed");
    log_error(LOG_FIELDS({"functionName", process->pool->function.name}, {"reason", "init-error"}),
              "the handler could not be loaded: %.2000s", payload);
    run = queue_entry(process->pool->waiting.first, struct lambda_run, link);
    process_kill(process);
    if (run)
        run_finish(lambda, run, INVOCATION_FUNCTION_ERROR, payload, size);
    return accepted(call);
}

static enum outcome ping(struct call *call)
{
    return reply_text(call, 200, "text/plain", "pong", 4);
}

static enum outcome register_extension(struct call *call)
{
    struct process *process = call_subject(call);
    SCOPED_TEXT body        = {0};
    char id[ID_UUID_SIZE];

    id_uuid(id);
    call_add_header(call, "Lambda-Extension-Identifier", id);
    text_append_string(&body, "{\"functionName\":");
    text_append_json_string(&body, process->pool->function.name);
    text_append_string(&body, ",\"functionVersion\":\"$LATEST\",\"handler\":");
    text_append_json_string(&body,
                            process->pool->function.handler ? process->pool->function.handler : "");
    text_append_character(&body, '}');
    return reply_json(call, 200, body.data, body.size);
}

static void on_extension_gone(void *owner)
{
}

/* No extension event ever comes: the call waits until its process ends. */
static enum outcome next_extension_event(struct call *call)
{
    return reply_later(call, on_extension_gone, NULL);
}

static enum outcome unknown(struct call *call)
{
    return failed(call, 404, "NotFound", "Not part of the Lambda Runtime API");
}

void runtime_api_resolve(void *owner, struct call *call, struct http_target *target)
{
    struct lambda *lambda = owner;
    char name[24];

    snprintf(name, sizeof name, "%llu", (unsigned long long)(uintptr_t)call_client(call));
    target->owner     = lambda;
    target->path      = call_target(call);
    target->otherwise = unknown;
    target->subject   = map_find(&lambda->processes, name);
    target->table     = target->subject ? &table : NULL; /* else: left over by one that has ended */
}
