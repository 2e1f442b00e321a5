#include "gateway/authorizer_result.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "gateway/policy_condition.h"

#define CONNECT "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect"

#define POLICY(effect, resource)                                                                   \
    "\"policyDocument\":{\"Statement\":[{\"Effect\":\"" effect                                     \
    "\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"" resource "\"}]}"

#define ALLOW POLICY("Allow", CONNECT)

static const struct policy_facts facts = {.source_ip = "127.0.0.1"};

static void results_are_judged_and_their_context_becomes_strings(void **state)
{
    static const struct {
        const char *payload;
        enum authorizer_verdict expected;
        const char *context; /* or the problem */
    } cases[] = {
        {"{\"principalId\":\"u\"," ALLOW "}",                                                      AUTHORIZER_ALLOWS, "{\"principalId\":\"u\"}"                                               },
        {"{\"principalId\":\"u\"," ALLOW ",\"context\":{\"s\":\"a\\\"b\",\"n\":1.50,\"b\":true}}",
         AUTHORIZER_ALLOWS,                                                                                           "{\"s\":\"a\\\"b\",\"n\":\"1.50\",\"b\":\"true\",\"principalId\":\"u\"}"},
        {"{\"principalId\":\"u\"," ALLOW ",\"context\":{\"principalId\":\"v\"}}",                  AUTHORIZER_ALLOWS,
         "{\"principalId\":\"u\"}"                                                                                                                                                            },
        {"{\"principalId\":\"u\"," ALLOW ",\"context\":null}",                                     AUTHORIZER_ALLOWS,
         "{\"principalId\":\"u\"}"                                                                                                                                                            },
        {"{\"principalId\":\"u\"," POLICY("Deny",                                                  "*") "}",          AUTHORIZER_DENIES,                                                        ""},
        {"{\"principalId\":\"u\"," POLICY("Allow",                                                                                        "arn:aws:*/prod/*") "}",                                                                  AUTHORIZER_SILENT,                            ""},
        {"{" ALLOW "}",                                                                                      AUTHORIZER_MALFORMED,                                                                                                       "\"principalId\" is missing, or no string"                                                                                                                                       },
        {"{\"principalId\":7," ALLOW "}",                                              AUTHORIZER_MALFORMED,
         "\"principalId\" is missing, or no string"},
        {"{\"principalId\":\"u\"}",                                               AUTHORIZER_MALFORMED,                                                                "\"policyDocument\" is missing"                                                                                                                                                                                                                                                    },
        {"{\"isAuthorized\":true}",                                                         AUTHORIZER_MALFORMED,
         "\"isAuthorized\" is for HTTP APIs: a WebSocket API wants \"principalId\" and "
         "\"policyDocument\""},
        {"{\"principalId\":\"u\"," ALLOW ",\"context\":[]}",                                                                     AUTHORIZER_MALFORMED,
         "\"context\" must be an object, not an array"                                                                                                                                                                                                                                                                                                      },
        {"{\"principalId\":\"u\"," ALLOW ",\"context\":{\"a\":{}}}",                                            AUTHORIZER_MALFORMED,
         "\"context\" may hold strings, numbers and booleans only, and \"a\" is an object"},
        {"null",        AUTHORIZER_MALFORMED,                         "a JSON object was expected"                                                                                                                                                                                                                                                                                                                      },
        {"{",                                                            AUTHORIZER_MALFORMED,                                                     "a JSON object was expected"},
        {"",                                                            AUTHORIZER_MALFORMED,                         "a JSON object was expected"                                                                                                                                                                                                                                                                                           },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct authorizer_result result = {0};
        SCOPED_TEXT problem             = {0};
        enum authorizer_verdict verdict = authorizer_result_read(
            cases[i].payload, strlen(cases[i].payload), CONNECT, &facts, &result, &problem);

        if (verdict != cases[i].expected)
            fail_msg("%s: %d, %s", cases[i].payload, (int)verdict, text_string(&problem));
        assert_string_equal(
            text_string(verdict == AUTHORIZER_MALFORMED ? &problem : &result.context),
            cases[i].context);
        authorizer_result_deinit(&result);
    }
}

static void a_usage_identifier_key_is_kept(void **state)
{
    static const char payload[] =
        "{\"principalId\":\"u\"," ALLOW ",\"usageIdentifierKey\":\"0123456789abcdef0123\"}";
    struct authorizer_result result = {0};
    SCOPED_TEXT problem             = {0};

    assert_int_equal(
        authorizer_result_read(payload, strlen(payload), CONNECT, &facts, &result, &problem),
        AUTHORIZER_ALLOWS);
    assert_string_equal(text_string(&result.usage_identifier_key), "0123456789abcdef0123");
    authorizer_result_deinit(&result);
}

static void more_than_8_kilobytes_are_refused(void **state)
{
    static const char head[] = "{\"principalId\":\"u\"," ALLOW ",\"context\":{\"a\":\"";
    SCOPED_TEXT payload      = {0};

    for (size_t size = 8192; size <= 8193; size++) {
        struct authorizer_result result = {0};
        SCOPED_TEXT problem             = {0};

        text_clear(&payload);
        text_append_string(&payload, head);
        while (payload.size < size - 3)
            text_append_character(&payload, 'x');
        text_append_string(&payload, "\"}}");
        assert_int_equal(payload.size, size);
        assert_int_equal(
            authorizer_result_read(payload.data, size, CONNECT, &facts, &result, &problem),
            size == 8192 ? AUTHORIZER_ALLOWS : AUTHORIZER_MALFORMED);
        authorizer_result_deinit(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_judged_and_their_context_becomes_strings),
        cmocka_unit_test(a_usage_identifier_key_is_kept),
        cmocka_unit_test(more_than_8_kilobytes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
