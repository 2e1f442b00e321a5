#include "lambda/runtime_api.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/call.h"
#include "http/operation.h"
#include "http/server.h"
#include "lambda/conversation.h"
#include "lambda/failure.h"
#include "lambda/function_error.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"
#include "lambda/run.h"
#include "model/limits.h"

/* The name of an error's type: AWS's own are short. */
#define ERROR_TYPE_SIZE_MAX 128

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

/* Who asks at an endpoint whose process has gone isn't a function's process any more. */
static void log_refusal(struct call *call, unsigned status, const char *message)
{
    const struct process *process = call_subject(call);

    if (process)
        log_warn(PROCESS_FIELDS(process, process->run, REASON_RUNTIME_API_REFUSED),
                 "%s %.200s of a handler process got %u, as on Lambda: %s", call_method(call),
                 call_target(call), status, message);
    else
        log_info(LOG_FIELDS({"reason", REASON_RUNTIME_API_REFUSED}),
                 "%s %.200s at the Runtime API of a process that has gone got %u: %s",
                 call_method(call), call_target(call), status, message);
}

static enum outcome refuse(struct call *call, unsigned status, const char *type,
                           const char *message)
{
    SCOPED_TEXT body = {0};

    log_refusal(call, status, message);

    text_append_format(&body, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}", message, type);
    return reply_json(call, status, body.data, body.size);
}

/* AWS: the words of Lambda's own emulator of this interface. */
static enum outcome refuse_transition(struct call *call, const char *to)
{
    const struct process *process = call_subject(call);
    SCOPED_MEMORY char *message   = memory_format("State transition from %s to %s failed for "
                                                    "runtime. Error: State transition is not allowed",
                                                  process_state_name(process), to);

    return refuse(call, 403, "InvalidStateTransition", message);
}

static enum outcome next(struct call *call)
{
    return conversation_ask(call_subject(call), call);
}

/* True if the call is about what its process is running. */
static bool is_current(struct call *call)
{
    const struct process *process = call_subject(call);

    return process->run && strcmp(process->run->request_id, call_path(call, "requestId")) == 0;
}

/* The answer to an answer that nobody waits for. */
static enum outcome refuse_answer(struct call *call, const char *to)
{
    const struct process *process = call_subject(call);

    if (!process->run && strcmp(process->answered_id, call_path(call, "requestId")) == 0)
        return refuse_transition(call, to);
    return refuse(call, 400, "InvalidRequestID", "Invalid request ID");
}

/* AWS: the runtime goes on, and the invocation fails. */
static enum outcome refuse_size(struct call *call)
{
    SCOPED_MEMORY char *message = memory_format("Exceeded maximum allowed payload size (%d bytes).",
                                                FUNCTION_RESULT_SIZE_MAX);
    SCOPED_TEXT payload         = {0};

    function_error_too_large(&payload);
    conversation_answer(call_subject(call), INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
    return refuse(call, 413, "RequestEntityTooLarge", message);
}

/* What a runtime says about a failure when it has no words for it. */
static void fail_without_words(struct call *call)
{
    const char *type    = call_header(call, "Lambda-Runtime-Function-Error-Type");
    bool is_usable      = type && strlen(type) <= ERROR_TYPE_SIZE_MAX;
    SCOPED_TEXT payload = {0};

    function_error_empty(&payload, is_usable ? type : "Runtime.Unknown");
    conversation_answer(call_subject(call), INVOCATION_FUNCTION_ERROR, payload.data, payload.size);
}

static enum outcome take_answer(struct call *call, enum invocation_outcome outcome)
{
    size_t size;
    const char *payload = call_body(call, &size);

    if (size > FUNCTION_RESULT_SIZE_MAX)
        return refuse_size(call);
    if (size == 0 && outcome == INVOCATION_FUNCTION_ERROR)
        fail_without_words(call);
    else
        conversation_answer(call_subject(call), outcome, payload, size);
    return accepted(call);
}

static enum outcome invocation_response(struct call *call)
{
    const char *mode = call_header(call, "Lambda-Runtime-Function-Response-Mode");

    if (!is_current(call))
        return refuse_answer(call, "InvocationResponse");
    if (mode && strcmp(mode, "streaming") != 0)
        return refuse(call, 400, "InvalidFunctionResponseMode", "Invalid function response mode");

    /* A stream that breaks off says so in a trailer. */
    if (call_header(call, "Lambda-Runtime-Function-Error-Type") ||
        call_trailer(call, "Lambda-Runtime-Function-Error-Type"))
        return take_answer(call, INVOCATION_FUNCTION_ERROR);
    return take_answer(call, INVOCATION_SUCCEEDED);
}

static enum outcome invocation_error(struct call *call)
{
    if (!is_current(call))
        return refuse_answer(call, "InvocationErrorResponse");
    return take_answer(call, INVOCATION_FUNCTION_ERROR);
}

/* AWS: the error type of our bootstraps, as of Lambda's own. */
static const char *init_error_reason(const char *payload)
{
    return strstr(payload, "\"Runtime.ImportModuleError\"") ? REASON_MISSING_MODULE
                                                            : REASON_INIT_ERROR;
}

/* The process will exit; whoever waits for it gets what it said. */
static enum outcome init_error(struct call *call)
{
    struct process *process = call_subject(call);
    size_t size;
    const char *payload = call_body(call, &size);
    SCOPED_TEXT why     = {0};

    if (process->state != PROCESS_STARTING)
        return refuse_transition(call, "InitError");
    if (size > FUNCTION_RESULT_SIZE_MAX)
        return refuse(call, 413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size.");
    failure_describe_payload(payload, size, &why);
    log_error(
        PROCESS_FIELDS(process, pool_first_waiting(process->pool), init_error_reason(payload)),
        "the handler could not be loaded: %s", text_string(&why));
    process_fail_start(process, payload, size);
    return accepted(call);
}

static enum outcome ping(struct call *call)
{
    return reply_text(call, 200, "text/plain", "pong", 4);
}

/* What Go's runtime does to hear of its end is all that is served of extensions. */
static enum outcome register_extension(struct call *call)
{
    struct process *process         = call_subject(call);
    const struct function *function = &process->pool->function;
    SCOPED_TEXT body                = {0};
    char id[ID_UUID_SIZE];

    if (!call_header(call, "Lambda-Extension-Name"))
        return refuse(call, 400, "Extension.InvalidExtensionName", "Empty extension name");
    process->has_extension = true;
    id_uuid(id);
    call_add_header(call, "Lambda-Extension-Identifier", id);
    text_append_string(&body, "{\"functionName\":");
    text_append_json_string(&body, function->name);
    text_append_string(&body, ",\"functionVersion\":\"$LATEST\",\"handler\":");
    text_append_json_string(&body, function->handler ? function->handler : "");
    text_append_character(&body, '}');
    return reply_json(call, 200, body.data, body.size);
}

/* No extension event ever comes: the call waits until its process ends. */
static enum outcome next_extension_event(struct call *call)
{
    return reply_later(call, NULL, NULL);
}

static enum outcome refuse_unknown(struct call *call)
{
    return refuse(call, 404, "NotFound", "Not part of the Lambda Runtime API");
}

/* Left over by a process that has ended, or from somebody who has no business here. */
static enum outcome refuse_stranger(struct call *call)
{
    call_add_header(call, "Connection", "close");
    return refuse(call, 500, "InternalServerError", "Internal Server Error");
}

/*
 * A web page in the user's browser can reach loopback ports, also under a name of its own: events
 * are not for it. Runtimes send neither of these headers, and name the host as we told them.
 */
static bool is_from_browser(const struct call *call)
{
    const char *host = call_header(call, "Host");

    return call_header(call, "Origin") || call_header(call, "Sec-Fetch-Site") || !host ||
           strncmp(host, "127.", 4) != 0;
}

void runtime_api_resolve(void *owner, struct call *call, struct http_target *target)
{
    struct lambda *lambda = owner;
    char name[24];

    snprintf(name, sizeof name, "%llu", (unsigned long long)(uintptr_t)call_client(call));
    target->owner   = lambda;
    target->path    = call_target(call);
    target->subject = map_find(&lambda->processes, name);
    if (target->subject && !is_from_browser(call)) {
        target->table     = &table;
        target->otherwise = refuse_unknown;
    } else {
        target->otherwise = refuse_stranger;
    }
}
