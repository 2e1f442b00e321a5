#include "gateway/policy_condition.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/policy_match.h"
#include "json/json.h"

/* How a fact stands to a value of the policy. */
enum order {
    ORDER_BAD     = 0, /* the value is none that the operator takes */
    ORDER_LESS    = 1,
    ORDER_EQUAL   = 2,
    ORDER_GREATER = 4,
    ORDER_UNLIKE  = 8, /* they can't be compared, or differ */
};

struct operator
{
    const char *name;
    enum order (*compare)(const char *fact, const char *value);
    unsigned orders; /* those that match */
    bool is_negated; /* no value may match, and a missing key fits */
};

/* An operator's name in its parts: "ForAnyValue:StringLikeIfExists". */
struct test {
    const struct operator* operator;
    bool for_any;
    bool for_all;
    bool if_exists;
};

static enum order order_when(bool is_equal)
{
    return is_equal ? ORDER_EQUAL : ORDER_UNLIKE;
}

static enum order compare_strings(const char *fact, const char *value)
{
    return order_when(strcmp(fact, value) == 0);
}

static enum order compare_any_case(const char *fact, const char *value)
{
    return order_when(strcasecmp(fact, value) == 0);
}

static enum order compare_wildcards(const char *fact, const char *value)
{
    return order_when(policy_match_wildcards(value, fact, POLICY_CASE_EXACT));
}

static enum order compare_arns(const char *fact, const char *value)
{
    return order_when(policy_match_arn(value, fact));
}

static enum order compare_booleans(const char *fact, const char *value)
{
    if (strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0)
        return ORDER_BAD;
    return compare_any_case(fact, value);
}

static enum order compare_addresses(const char *fact, const char *value)
{
    if (!policy_range_is_wellformed(value))
        return ORDER_BAD;
    return order_when(policy_match_range(value, fact));
}

static enum order compare_numbers(const char *fact, const char *value)
{
    double own;
    double wanted;

    if (!policy_read_number(value, &wanted))
        return ORDER_BAD;
    if (!policy_read_number(fact, &own))
        return ORDER_UNLIKE;
    return own < wanted ? ORDER_LESS : own > wanted ? ORDER_GREATER : ORDER_EQUAL;
}

static enum order compare_dates(const char *fact, const char *value)
{
    int64_t own;
    int64_t wanted;

    if (!policy_read_date(value, &wanted))
        return ORDER_BAD;
    if (!policy_read_date(fact, &own))
        return ORDER_UNLIKE;
    return own < wanted ? ORDER_LESS : own > wanted ? ORDER_GREATER : ORDER_EQUAL;
}

static const struct operator operators[] = {
    {"StringEquals",              compare_strings,   ORDER_EQUAL,                 false},
    {"StringNotEquals",           compare_strings,   ORDER_EQUAL,                 true },
    {"StringEqualsIgnoreCase",    compare_any_case,  ORDER_EQUAL,                 false},
    {"StringNotEqualsIgnoreCase", compare_any_case,  ORDER_EQUAL,                 true },
    {"StringLike",                compare_wildcards, ORDER_EQUAL,                 false},
    {"StringNotLike",             compare_wildcards, ORDER_EQUAL,                 true },
    {"NumericEquals",             compare_numbers,   ORDER_EQUAL,                 false},
    {"NumericNotEquals",          compare_numbers,   ORDER_EQUAL,                 true },
    {"NumericLessThan",           compare_numbers,   ORDER_LESS,                  false},
    {"NumericLessThanEquals",     compare_numbers,   ORDER_LESS | ORDER_EQUAL,    false},
    {"NumericGreaterThan",        compare_numbers,   ORDER_GREATER,               false},
    {"NumericGreaterThanEquals",  compare_numbers,   ORDER_GREATER | ORDER_EQUAL, false},
    {"DateEquals",                compare_dates,     ORDER_EQUAL,                 false},
    {"DateNotEquals",             compare_dates,     ORDER_EQUAL,                 true },
    {"DateLessThan",              compare_dates,     ORDER_LESS,                  false},
    {"DateLessThanEquals",        compare_dates,     ORDER_LESS | ORDER_EQUAL,    false},
    {"DateGreaterThan",           compare_dates,     ORDER_GREATER,               false},
    {"DateGreaterThanEquals",     compare_dates,     ORDER_GREATER | ORDER_EQUAL, false},
    {"Bool",                      compare_booleans,  ORDER_EQUAL,                 false},
    {"BinaryEquals",              compare_strings,   ORDER_EQUAL,                 false},
    {"IpAddress",                 compare_addresses, ORDER_EQUAL,                 false},
    {"NotIpAddress",              compare_addresses, ORDER_EQUAL,                 true },
    {"ArnEquals",                 compare_arns,      ORDER_EQUAL,                 false},
    {"ArnLike",                   compare_arns,      ORDER_EQUAL,                 false},
    {"ArnNotEquals",              compare_arns,      ORDER_EQUAL,                 true },
    {"ArnNotLike",                compare_arns,      ORDER_EQUAL,                 true },
};

/* Compares whether the key is missing. */
static const struct operator null_operator = {"Null", compare_booleans, ORDER_EQUAL, false};

static bool skip_prefix(const char **name, const char *prefix)
{
    size_t size = strlen(prefix);

    if (strncasecmp(*name, prefix, size) != 0)
        return false;
    *name += size;
    return true;
}

/*
 * AWS?: names of operators are compared without case: many published policies write
 * "stringEquals".
 */
static bool read_test(const char *name, struct test *test)
{
    static const char if_exists[] = "IfExists";
    size_t size;

    *test         = (struct test){0};
    test->for_any = skip_prefix(&name, "ForAnyValue:");
    test->for_all = !test->for_any && skip_prefix(&name, "ForAllValues:");
    if (strcasecmp(name, null_operator.name) == 0) {
        test->operator= & null_operator;
        return !test->for_any && !test->for_all;
    }
    size = strlen(name);
    if (size > strlen(if_exists) && strcasecmp(name + size - strlen(if_exists), if_exists) == 0) {
        size -= strlen(if_exists);
        test->if_exists = true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(operators) && !test->operator; i++) {
        if (strlen(operators[i].name) == size && strncasecmp(operators[i].name, name, size) == 0)
            test->operator= & operators[i];
    }
    return test->operator!= NULL;
}

/*
 * AWS: names of keys are compared without case. AWS?: aws:SecureTransport is true however the
 * client came, like X-Forwarded-Proto: AWS serves nothing but TLS.
 */
static bool find_fact(const struct policy_facts *facts, const char *key, struct text *fact)
{
    const char *value = NULL;
    char now[CLOCK_ISO_SIZE];

    if (strcasecmp(key, "aws:CurrentTime") == 0) {
        clock_format_iso(facts->now_milliseconds, now);
        value = now;
    } else if (strcasecmp(key, "aws:EpochTime") == 0) {
        text_append_number(fact, facts->now_milliseconds / 1000);
        return true;
    } else if (strcasecmp(key, "aws:SecureTransport") == 0) {
        value = "true";
    } else if (strcasecmp(key, "aws:SourceIp") == 0) {
        value = facts->source_ip;
    } else if (strcasecmp(key, "aws:UserAgent") == 0) {
        value = facts->user_agent;
    } else if (strcasecmp(key, "aws:Referer") == 0) {
        value = facts->referer;
    }
    if (value)
        text_append_string(fact, value);
    return value != NULL;
}

static enum condition_verdict verdict_when(bool is_met)
{
    return is_met ? CONDITION_MET : CONDITION_NOT_MET;
}

/* What is left when the request has no such key. */
static bool fits_missing(const struct test *test)
{
    if (test->for_all || test->if_exists)
        return true;
    return test->operator->is_negated && !test->for_any;
}

static enum condition_verdict refuse_value(const char *operator_name, const struct json *values,
                                           const struct json *value, struct text *problem)
{
    SCOPED_TEXT printed = {0};

    json_print(value, &printed);
    text_append_format(problem, "the condition %.100s doesn't take this value of %.100s: %.100s",
                       operator_name, values->name, text_string(&printed));
    return CONDITION_MALFORMED;
}

/* One key with its values: one of them must match, or none where the operator is negated. */
static enum condition_verdict judge_key(const struct test *test, const char *operator_name,
                                        const struct json *values, const struct policy_facts *facts,
                                        struct text *problem)
{
    SCOPED_TEXT fact         = {0};
    bool is_there            = find_fact(facts, values->name, &fact);
    bool is_list             = values->kind == JSON_ARRAY;
    bool found               = false;
    const struct json *value = is_list ? values->first : values;

    if (test->operator== & null_operator) {
        text_clear(&fact);
        text_append_string(&fact, is_there ? "false" : "true");
        is_there = true;
    }
    for (; value; value = is_list ? value->next : NULL) {
        const char *text = json_text(value);
        enum order order = text ? test->operator->compare(text_string(&fact), text) : ORDER_BAD;

        if (order == ORDER_BAD)
            return refuse_value(operator_name, values, value, problem);
        found = found || (order & test->operator->orders) != 0;
    }
    return verdict_when(is_there ? found != test->operator->is_negated : fits_missing(test));
}

/* All keys of an operator, and all operators, must be met. */
static enum condition_verdict judge_operator(const struct json *keys,
                                             const struct policy_facts *facts, struct text *problem)
{
    enum condition_verdict whole = CONDITION_MET;
    struct test test;

    if (!read_test(keys->name, &test)) {
        text_append_format(problem, "there is no condition operator \"%.100s\"", keys->name);
        return CONDITION_MALFORMED;
    }
    if (keys->kind != JSON_OBJECT) {
        text_append_format(problem, "the condition %.100s must be an object of keys, not %s",
                           keys->name, json_kind_name(keys->kind));
        return CONDITION_MALFORMED;
    }
    for (const struct json *values = keys->first; values; values = values->next) {
        enum condition_verdict verdict = judge_key(&test, keys->name, values, facts, problem);

        if (verdict == CONDITION_MALFORMED)
            return verdict;
        if (verdict == CONDITION_NOT_MET)
            whole = CONDITION_NOT_MET;
    }
    return whole;
}

enum condition_verdict policy_condition_judge(const struct json *condition,
                                              const struct policy_facts *facts,
                                              struct text *problem)
{
    enum condition_verdict whole = CONDITION_MET;

    if (condition->kind != JSON_OBJECT) {
        text_append_format(problem, "\"Condition\" must be an object, not %s",
                           json_kind_name(condition->kind));
        return CONDITION_MALFORMED;
    }
    for (const struct json *keys = condition->first; keys; keys = keys->next) {
        enum condition_verdict verdict = judge_operator(keys, facts, problem);

        if (verdict == CONDITION_MALFORMED)
            return verdict;
        if (verdict == CONDITION_NOT_MET)
            whole = CONDITION_NOT_MET;
    }
    return whole;
}
