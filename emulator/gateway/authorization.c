#include "gateway/authorization.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "gateway/access.h"
#include "gateway/authorizer_result.h"
#include "gateway/connection.h"
#include "gateway/event.h"
#include "gateway/gateway_state.h"
#include "gateway/policy_condition.h"
#include "gateway/signatures.h"
#include "gateway/snapshot.h"
#include "gateway/usage.h"
#include "http/request_head.h"
#include "lambda/failure.h"
#include "model/arn.h"
#include "model/limits.h"
#include "model/quota.h"
#include "model/token_bucket.h"
#include "json/scanner.h"

static const struct access *access_of(const struct authorization *authorization)
{
    return authorization->snapshot->access;
}

static enum authorization_state allow(struct authorization *authorization)
{
    authorization->state = AUTHORIZATION_ALLOWED;
    return authorization->state;
}

/* The log says why. */
static enum authorization_state refuse(struct authorization *authorization, enum aws_error error,
                                       const char *reason, const char *why)
{
    log_warn(LOG_FIELDS({"connectionId", authorization->connection->id},
                        {"functionName", authorization->invocation.function},
                        {"requestId", authorization->invocation.request_id[0]
                                          ? authorization->invocation.request_id
                                          : NULL},
                        {"reason", reason}),
             "refused with %u, as on AWS: %s", aws_error_status(error), why);
    authorization->state = AUTHORIZATION_REFUSED;
    authorization->error = error;
    return authorization->state;
}

static enum authorization_state refuse_too_much(struct authorization *authorization,
                                                const struct access_key *key,
                                                enum throttle throttle, enum aws_error error,
                                                const char *reason, const struct text *limit)
{
    SCOPED_MEMORY char *why = memory_format("the API key %.100s is allowed %s; --limits relaxed "
                                            "lifts that",
                                            key->name, text_string(limit));

    authorization->gateway->metrics.throttled[throttle]++;
    return refuse(authorization, error, reason, why);
}

/* A key that is known may still be none of the stage's, or have come too often. */
static enum authorization_state check_usage(struct authorization *authorization,
                                            const struct access_key *key)
{
    struct gateway *gateway        = authorization->gateway;
    const struct live_stage *stage = authorization->connection->stage;
    SCOPED_TEXT text               = {0};
    struct usage_limits limits;

    switch (usage_take(gateway->usage, stage->api_id, stage->stage_name, key->id,
                       clock_microseconds(), clock_milliseconds(), &limits)) {
    case USAGE_GRANTED:
        event_write_api_key(key->value, key->id, &authorization->credentials);
        return allow(authorization);
    case USAGE_NO_PLAN:
        text_append_format(&text,
                           "no usage plan has the API key %.100s and the stage %s of %s: add both "
                           "to one",
                           key->name, stage->stage_name, stage->api_name);
        return refuse(authorization, AWS_FORBIDDEN, REASON_NOT_IN_USAGE_PLAN, text_string(&text));
    case USAGE_THROTTLED:
        text_append_format(&text, "%g requests a second and %g at once by its usage plan %.100s",
                           limits.throttle->per_second, limits.throttle->burst, limits.plan);
        return refuse_too_much(authorization, key, THROTTLE_KEY, AWS_TOO_MANY_REQUESTS,
                               REASON_THROTTLED, &text);
    case USAGE_QUOTA_EXCEEDED:
        text_append_format(&text, "%lld requests %s by its usage plan %.100s",
                           (long long)limits.quota->limit, quota_period_text(limits.quota->period),
                           limits.plan);
        return refuse_too_much(authorization, key, THROTTLE_QUOTA, AWS_QUOTA_EXCEEDED,
                               REASON_QUOTA_EXCEEDED, &text);
    }
    return authorization->state;
}

/* AWS: missing, unknown and disabled keys are all the same to the client. */
static enum authorization_state check_key(struct authorization *authorization, const char *value,
                                          const char *where)
{
    const struct access_key *key = access_find_key(access_of(authorization), value);
    SCOPED_MEMORY char *why      = NULL;

    if (key)
        return check_usage(authorization, key);
    why = memory_format("$connect asks for an API key, and %s %s", where,
                        value ? "has none that is known and enabled here" : "has none");
    return refuse(authorization, AWS_FORBIDDEN, REASON_INVALID_API_KEY, why);
}

static enum authorization_state take_result(struct authorization *authorization,
                                            const struct text *payload)
{
    const struct connection *connection     = authorization->connection;
    const struct gateway_settings *settings = &authorization->gateway->settings;
    struct authorizer_result result         = {0};
    const struct policy_facts facts         = {
                .now_milliseconds = clock_milliseconds(),
                .source_ip        = connection->source_ip,
                .user_agent       = connection->user_agent,
                .referer          = authorization->referer,
    };
    SCOPED_TEXT problem = {0};
    SCOPED_MEMORY char *arn =
        arn_execute_api(settings->region, settings->account, connection->stage->api_id,
                        connection->stage->stage_name, "$connect");
    SCOPED_MEMORY char *why = NULL;

    switch (authorizer_result_read(text_string(payload), payload->size, arn, &facts, &result,
                                   &problem)) {
    case AUTHORIZER_ALLOWS:
        allow(authorization);
        text_append(&authorization->context, result.context.data, result.context.size);
        if (access_wants_authorizer_key(access_of(authorization)))
            check_key(authorization,
                      result.usage_identifier_key.size > 0
                          ? text_string(&result.usage_identifier_key)
                          : NULL,
                      "the authorizer's \"usageIdentifierKey\"");
        break;
    case AUTHORIZER_DENIES:
        why = memory_format("the policy of the authorizer denies execute-api:Invoke on %s", arn);
        refuse(authorization, AWS_EXPLICIT_DENY, REASON_POLICY_DENIES, why);
        break;
    case AUTHORIZER_SILENT:
        why = memory_format("no statement in the policy of the authorizer allows "
                            "execute-api:Invoke on %s (a resource .../STAGE/*/* doesn't match it, "
                            "and a Condition may not be met)",
                            arn);
        refuse(authorization, AWS_ACCESS_DENIED, REASON_POLICY_SILENT, why);
        break;
    case AUTHORIZER_MALFORMED:
        why = memory_format("the authorizer %s returned what is no authorizer's result: %s",
                            access_authorizer(access_of(authorization)), text_string(&problem));
        refuse(authorization, AWS_INTERNAL_FAILURE, REASON_MALFORMED_AUTHORIZER_RESULT, why);
        break;
    }
    authorizer_result_deinit(&result);
    return authorization->state;
}

/* AWS: a function that fails with exactly this message refuses with 401. */
static bool says_unauthorized(const struct text *payload)
{
    static const char *const names[] = {"errorMessage"};
    struct json_span message;
    SCOPED_TEXT text = {0};

    if (!json_scan_members(text_string(payload), payload->size, names, &message, 1) ||
        !message.data || message.kind != JSON_STRING)
        return false;
    json_span_decode(&message, &text);
    return text_equals(&text, "Unauthorized");
}

static void fail(struct authorization *authorization, const char *what)
{
    SCOPED_TEXT why = {0};

    text_append_format(&why, "the authorizer %s %s: ", access_authorizer(access_of(authorization)),
                       what);
    failure_describe(&authorization->invocation, &why);
    refuse(authorization, AWS_INTERNAL_FAILURE, REASON_AUTHORIZER_FAILED, text_string(&why));
}

static void on_authorizer_done(struct invocation *invocation)
{
    struct authorization *authorization =
        container_of(invocation, struct authorization, invocation);

    authorization->latency_milliseconds = invocation->duration_microseconds / 1000;
    switch (invocation->outcome) {
    case INVOCATION_SUCCEEDED:
        take_result(authorization, &invocation->payload);
        break;
    case INVOCATION_FUNCTION_ERROR:
        if (says_unauthorized(&invocation->payload))
            refuse(authorization, AWS_UNAUTHORIZED, REASON_AUTHORIZER_REFUSES,
                   "the authorizer failed with the message Unauthorized");
        else
            fail(authorization, "failed");
        break;
    case INVOCATION_TIMED_OUT:
        fail(authorization, "didn't answer in time");
        break;
    case INVOCATION_THROTTLED:
        fail(authorization, "was throttled");
        break;
    case INVOCATION_NO_FUNCTION:
        fail(authorization, "names a function that isn't there");
        break;
    }
    authorization->done(authorization);
}

static void ask_authorizer(struct authorization *authorization, const struct request_head *head,
                           const char *trace_id)
{
    const struct gateway_settings *settings = &authorization->gateway->settings;
    const struct connection *connection     = authorization->connection;
    struct event event;
    SCOPED_MEMORY char *arn =
        arn_execute_api(settings->region, settings->account, connection->stage->api_id,
                        connection->stage->stage_name, "$connect");

    authorization->invocation = (struct invocation){
        .function             = access_function(access_of(authorization)),
        .timeout_milliseconds = INTEGRATION_TIMEOUT_MILLISECONDS,
        .connection_id        = connection->id,
        .done                 = on_authorizer_done,
    };
    connection_fill_event(connection, text_string(&authorization->snapshot->stage_variables),
                          clock_milliseconds(), &event);
    event_write_authorizer(&event, head, trace_id, arn, &authorization->invocation.event);
    lambda_invoke(settings->lambda, &authorization->invocation);
}

/* AWS: execute-api:Invoke on $connect. Whoever has a key here may do everything. */
static enum authorization_state check_signature(struct authorization *authorization,
                                                const struct request_head *head)
{
    const struct gateway *gateway = authorization->gateway;
    SCOPED_TEXT access_key        = {0};
    SCOPED_TEXT message           = {0};
    enum aws_error error;

    if (signatures_check_head(gateway, head, &access_key, &error, &message)) {
        if (access_key.size > 0)
            event_write_signer(gateway->settings.account, text_string(&access_key),
                               &authorization->credentials);
        return allow(authorization);
    }
    text_append(&authorization->detail, message.data, message.size);
    return refuse(authorization, error, REASON_BAD_SIGNATURE, text_string(&message));
}

enum authorization_state authorization_begin(struct authorization *authorization,
                                             const struct request_head *head, const char *trace_id)
{
    const struct access *access = access_of(authorization);
    SCOPED_MEMORY char *why     = NULL;
    const char *missing;

    if (!access)
        return allow(authorization);
    if (access_wants_header_key(access) &&
        check_key(authorization, request_head_find(head, "x-api-key"), "the header x-api-key") !=
            AUTHORIZATION_ALLOWED)
        return authorization->state;
    if (access_needs_iam(access) && check_signature(authorization, head) != AUTHORIZATION_ALLOWED)
        return authorization->state;
    if (!access_function(access)) /* a key of the authorizer's without one: nothing can give it */
        return access_wants_authorizer_key(access)
                   ? check_key(authorization, NULL, "there is no authorizer, so the client")
                   : allow(authorization);
    missing = access_missing_source(access, head, &authorization->snapshot->variables);
    if (missing) {
        why = memory_format("the identity source %s is missing or empty; the authorizer %s isn't "
                            "asked",
                            missing, access_authorizer(access));
        return refuse(authorization, AWS_UNAUTHORIZED, REASON_MISSING_IDENTITY_SOURCE, why);
    }
    authorization->referer = memory_copy_string(request_head_find(head, "Referer"));
    authorization->state   = AUTHORIZATION_PENDING;
    ask_authorizer(authorization, head, trace_id);
    return authorization->state;
}

void authorization_cancel(struct authorization *authorization)
{
    if (authorization->invocation.run)
        invocation_cancel(&authorization->invocation);
}

void authorization_deinit(struct authorization *authorization)
{
    text_deinit(&authorization->context);
    text_deinit(&authorization->credentials);
    text_deinit(&authorization->detail);
    text_deinit(&authorization->invocation.event);
    text_deinit(&authorization->invocation.payload);
    free(authorization->referer);
}
