#pragma once

/*
 * The Condition of a policy's statement: whether what is known of a $connect fits it. Takes JSON
 * and facts, gives an answer.
 *
 * AWS: IAM User Guide, "IAM JSON policy elements: Condition"; API Gateway, "AWS condition keys that
 * can be used in API Gateway resource policies". Keys that a $connect has no value for (those of a
 * VPC, of a principal, or unknown ones) are missing ones.
 */

#include <stdint.h>

struct json;
struct text;

struct policy_facts {
    int64_t now_milliseconds;
    const char *source_ip;
    const char *user_agent; /* NULL: none */
    const char *referer;    /* NULL: none */
};

enum condition_verdict {
    CONDITION_MET,
    CONDITION_NOT_MET,
    CONDITION_MALFORMED, /* *problem says why */
};

/*
 * Judges condition, the value of a statement's Condition. All of it is read, so that what is
 * malformed is told wherever it stands; problem gets one line then and is left alone otherwise.
 */
enum condition_verdict policy_condition_judge(const struct json *condition,
                                              const struct policy_facts *facts,
                                              struct text *problem);
