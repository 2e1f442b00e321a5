#include "gateway/authorizer_result.h"

#include <string.h>

#include "base/arena.h"
#include "gateway/policy.h"
#include "model/limits.h"
#include "json/json.h"

/*
 * AWS: strings, numbers and booleans only, all of them strings in later events. AWS?: null is
 * refused like objects and arrays; numbers keep their own spelling.
 */
static bool write_context_value(const struct json *value, struct text *out, struct text *problem)
{
    switch (value->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        text_append_json(out, value->string, value->size);
        return true;
    case JSON_BOOLEAN:
        text_append_json_string(out, value->boolean ? "true" : "false");
        return true;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    text_append_format(problem,
                       "\"context\" may hold strings, numbers and booleans only, and \"%.100s\" is "
                       "%s",
                       value->name, json_kind_name(value->kind));
    return false;
}

/* AWS: the principal stands behind the context. A context's own principalId gives way. */
static bool write_context(const struct json *context, const char *principal, struct text *out,
                          struct text *problem)
{
    const struct json *value = NULL;

    if (context && context->kind != JSON_OBJECT && context->kind != JSON_NULL) {
        text_append_format(problem, "\"context\" must be an object, not %s",
                           json_kind_name(context->kind));
        return false;
    }
    text_append_character(out, '{');
    if (context && context->kind == JSON_OBJECT)
        value = context->first;
    for (; value; value = value->next) {
        if (strcmp(value->name, "principalId") == 0)
            continue;
        text_append_json_string(out, value->name);
        text_append_character(out, ':');
        if (!write_context_value(value, out, problem))
            return false;
        text_append_character(out, ',');
    }
    text_append_string(out, "\"principalId\":");
    text_append_json_string(out, principal);
    text_append_character(out, '}');
    return true;
}

static enum authorizer_verdict read_allowed(const struct json *document, const char *principal,
                                            struct authorizer_result *result, struct text *problem)
{
    SCOPED_TEXT context = {0};
    const char *key     = json_find_string(document, "usageIdentifierKey");

    if (!write_context(json_find(document, "context"), principal, &context, problem))
        return AUTHORIZER_MALFORMED;
    text_clear(&result->context);
    text_append(&result->context, context.data, context.size);
    text_clear(&result->usage_identifier_key);
    if (key)
        text_append_string(&result->usage_identifier_key, key);
    return AUTHORIZER_ALLOWS;
}

static enum authorizer_verdict read_document(const struct json *document, const char *method_arn,
                                             const struct policy_facts *facts,
                                             struct authorizer_result *result, struct text *problem)
{
    const char *principal = json_find_string(document, "principalId");

    if (!principal || principal[0] == '\0') {
        text_append_string(problem, json_find(document, "isAuthorized")
                                        ? "\"isAuthorized\" is for HTTP APIs: a WebSocket API "
                                          "wants \"principalId\" and \"policyDocument\""
                                        : "\"principalId\" is missing, or no string");
        return AUTHORIZER_MALFORMED;
    }
    switch (policy_judge(json_find(document, "policyDocument"), "execute-api:Invoke", method_arn,
                         facts, problem)) {
    case POLICY_ALLOWS:
        return read_allowed(document, principal, result, problem);
    case POLICY_DENIES:
        return AUTHORIZER_DENIES;
    case POLICY_SILENT:
        return AUTHORIZER_SILENT;
    case POLICY_MALFORMED:
        break;
    }
    return AUTHORIZER_MALFORMED;
}

enum authorizer_verdict authorizer_result_read(const char *payload, size_t size,
                                               const char *method_arn,
                                               const struct policy_facts *facts,
                                               struct authorizer_result *result,
                                               struct text *problem)
{
    struct arena arena              = {0};
    enum authorizer_verdict verdict = AUTHORIZER_MALFORMED;
    struct json_error error;
    const struct json *document;

    if (size > AUTHORIZER_RESULT_SIZE_MAX) {
        text_append_format(problem, "%zu bytes are more than the %d that AWS takes", size,
                           AUTHORIZER_RESULT_SIZE_MAX);
        return AUTHORIZER_MALFORMED;
    }
    document = json_parse_any(&arena, payload, size, &error);
    if (document && document->kind == JSON_OBJECT)
        verdict = read_document(document, method_arn, facts, result, problem);
    else
        text_append_string(problem, "a JSON object was expected");
    arena_deinit(&arena);
    return verdict;
}

void authorizer_result_deinit(struct authorizer_result *result)
{
    text_deinit(&result->context);
    text_deinit(&result->usage_identifier_key);
}
