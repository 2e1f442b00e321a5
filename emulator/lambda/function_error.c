#include "lambda/function_error.h"

#include <ctype.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"

static void write_error(struct text *payload, const char *type, const char *message)
{
    text_append_string(payload, "{\"errorType\":");
    text_append_json_string(payload, type);
    text_append_string(payload, ",\"errorMessage\":");
    text_append_json_string(payload, message);
    text_append_character(payload, '}');
}

static void write_request_error(struct text *payload, const char *type, const char *request_id,
                                const char *problem)
{
    SCOPED_MEMORY char *message = memory_format("RequestId: %s Error: %s", request_id, problem);

    write_error(payload, type, message);
}

void function_error_timed_out(struct text *payload, const char *request_id, int64_t milliseconds)
{
    SCOPED_MEMORY char *problem =
        memory_format("Task timed out after %.2f seconds", (double)milliseconds / 1000);

    write_request_error(payload, "Sandbox.Timedout", request_id, problem);
}

/* "killed", "segmentation fault": as Go, in which Lambda is written, has them. */
static void append_signal(struct text *text, int number)
{
    const char *name = sigdescr_np(number);

    if (!name) {
        text_append_format(text, "signal %d", number);
        return;
    }
    text_append_character(text, (char)tolower(*name));
    text_append_string(text, name + 1);
}

void function_error_describe_exit(struct text *out, int status)
{
    if (WIFSIGNALED(status)) {
        text_append_string(out, "Runtime exited with error: signal: ");
        append_signal(out, WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        text_append_format(out, "Runtime exited with error: exit status %d", WEXITSTATUS(status));
    } else {
        text_append_string(out, "Runtime exited without providing a reason");
    }
}

void function_error_exited(struct text *payload, const char *request_id, int status)
{
    SCOPED_TEXT problem = {0};

    function_error_describe_exit(&problem, status);
    write_request_error(payload, "Runtime.ExitError", request_id, text_string(&problem));
}

void function_error_no_entrypoint(struct text *payload, const char *request_id, const char *problem)
{
    write_request_error(payload, "Runtime.InvalidEntrypoint", request_id, problem);
}

void function_error_no_response(struct text *payload, const char *request_id)
{
    write_request_error(payload, "Runtime.NoResponse", request_id,
                        "Runtime asked for the next event without answering this one");
}

void function_error_too_large(struct text *payload)
{
    SCOPED_MEMORY char *message =
        memory_format("Response payload size exceeded maximum allowed payload size (%d bytes).",
                      FUNCTION_RESULT_SIZE_MAX);

    write_error(payload, "Function.ResponseSizeTooLarge", message);
}

void function_error_empty(struct text *payload, const char *type)
{
    write_error(payload, type, "");
}
