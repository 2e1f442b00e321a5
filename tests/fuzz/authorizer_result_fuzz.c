/*
 * Whatever an authorizer returns: who is let in has a context that is a JSON object of strings,
 * and what is no answer is told why.
 */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz_input.h"
#include "gateway/authorizer_result.h"
#include "gateway/policy_condition.h"
#include "json/scanner.h"

#define CONNECT "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect"

static bool check_member(void *owner, const struct json_span *name, const struct json_span *value)
{
    assert(value->kind == JSON_STRING);
    return true;
}

static void check_context(const struct text *context)
{
    static const char *const names[] = {"principalId"};
    struct json_span principal;
    struct json_span whole = {.kind = JSON_OBJECT, .data = context->data, .size = context->size};

    assert(json_scan_members(context->data, context->size, names, &principal, 1));
    assert(principal.data && principal.kind == JSON_STRING);
    assert(utf8_is_valid(context->data, context->size));
    json_span_each(&whole, check_member, NULL);
}

static const struct policy_facts facts = {
    .now_milliseconds = 1795552578500,
    .source_ip        = "203.0.113.24",
    .user_agent       = "Mozilla/5.0 (X11)",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct authorizer_result result = {0};
    SCOPED_TEXT problem             = {0};
    char *payload                   = fuzz_copy(data, size);
    enum authorizer_verdict verdict =
        authorizer_result_read(payload, size, CONNECT, &facts, &result, &problem);

    assert((verdict == AUTHORIZER_MALFORMED) == (problem.size > 0));
    assert((verdict == AUTHORIZER_ALLOWS) == (result.context.size > 0));
    if (verdict == AUTHORIZER_ALLOWS)
        check_context(&result.context);
    authorizer_result_deinit(&result);
    free(payload);
    return 0;
}
