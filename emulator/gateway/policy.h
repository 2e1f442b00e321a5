#pragma once

/*
 * What a policy document says of one action on one resource: an explicit Deny wins, then any Allow
 * counts, and silence refuses. Takes JSON and facts, gives an answer; knows nothing of connections.
 *
 * AWS: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements"; API Gateway,
 * "Output from an API Gateway Lambda authorizer".
 */

struct json;
struct policy_facts;
struct text;

enum policy_verdict {
    POLICY_ALLOWS,
    POLICY_DENIES,    /* a statement with Effect Deny matches */
    POLICY_SILENT,    /* no statement matches */
    POLICY_MALFORMED, /* no policy; *problem says why */
};

/*
 * Judges document, the value of policyDocument (NULL: there is none). problem gets one line for
 * POLICY_MALFORMED and is left alone otherwise.
 */
enum policy_verdict policy_judge(const struct json *document, const char *action,
                                 const char *resource, const struct policy_facts *facts,
                                 struct text *problem);
