#pragma once

/*
 * What a Lambda authorizer returned: {"principalId", "policyDocument", "context",
 * "usageIdentifierKey"}. Takes bytes, gives an answer.
 *
 * AWS: "Output from an API Gateway Lambda authorizer".
 */

#include "base/text.h"

struct policy_facts;

enum authorizer_verdict {
    AUTHORIZER_ALLOWS,
    AUTHORIZER_DENIES,    /* an explicit Deny: 403 */
    AUTHORIZER_SILENT,    /* nothing allows it: 403 */
    AUTHORIZER_MALFORMED, /* 500; the problem says why */
};

/* A zeroed result is ready for use. */
struct authorizer_result {
    struct text context;              /* a JSON object: the context as strings, then principalId */
    struct text usage_identifier_key; /* an API key; empty: none was given */
};

/*
 * Reads payload and asks its policy about method_arn and what is known of the client. Only for
 * AUTHORIZER_ALLOWS is *result filled; problem gets one line for AUTHORIZER_MALFORMED.
 */
enum authorizer_verdict authorizer_result_read(const char *payload, size_t size,
                                               const char *method_arn,
                                               const struct policy_facts *facts,
                                               struct authorizer_result *result,
                                               struct text *problem);
void authorizer_result_deinit(struct authorizer_result *result);
