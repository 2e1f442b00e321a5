#include "lambda/failure.h"

#include "base/memory.h"
#include "base/text.h"
#include "lambda/lambda.h"
#include "json/scanner.h"

#define DESCRIPTION_SIZE_MAX 1000

static const char *const no_answers[] = {
    [INVOCATION_SUCCEEDED]      = "",
    [INVOCATION_FUNCTION_ERROR] = "it failed without a word",
    [INVOCATION_TIMED_OUT] = ("no answer within the integration's timeout, at most 29 s on AWS; a "
                              "later one is dropped"),
    [INVOCATION_THROTTLED] = "too many events wait for it",
    [INVOCATION_NO_FUNCTION] = "there is no such function",
};

static bool take(const struct json_span *span, struct text *out)
{
    if (!span->data || span->kind != JSON_STRING)
        return false;
    json_span_decode(span, out);
    return out->size > 0;
}

void failure_describe_payload(const char *payload, size_t size, struct text *out)
{
    static const char *const names[] = {"errorType", "errorMessage"};
    struct json_span spans[ARRAY_SIZE(names)];
    SCOPED_TEXT type        = {0};
    SCOPED_TEXT message     = {0};
    SCOPED_TEXT description = {0};
    bool has_type           = false;
    bool has_message        = false;

    if (json_scan_members(payload, size, names, spans, ARRAY_SIZE(names))) {
        has_type    = take(&spans[0], &type);
        has_message = take(&spans[1], &message);
    }
    if (has_type)
        text_append(&description, type.data, type.size);
    if (has_type && has_message)
        text_append_string(&description, ": ");
    if (has_message)
        text_append(&description, message.data, message.size);
    if (!has_type && !has_message)
        text_append(&description, payload, size);
    if (description.size > DESCRIPTION_SIZE_MAX) {
        text_cut(&description, DESCRIPTION_SIZE_MAX);
        text_append_string(&description, "…");
    }
    text_append(out, text_string(&description), description.size);
}

void failure_describe(const struct invocation *invocation, struct text *out)
{
    if (invocation->payload.size > 0)
        failure_describe_payload(text_string(&invocation->payload), invocation->payload.size, out);
    else
        text_append_string(out, no_answers[invocation->outcome]);
}
