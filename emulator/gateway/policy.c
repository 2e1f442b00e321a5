#include "gateway/policy.h"

#include <string.h>

#include "base/text.h"
#include "gateway/policy_condition.h"
#include "gateway/policy_match.h"
#include "model/limits.h"
#include "json/json.h"

/* One question to one statement. */
struct inquiry {
    const char *action;
    const char *resource;
    const struct policy_facts *facts;
    struct text *problem;
};

/* AWS: the names of actions are compared without case. */
static bool matches_action(const struct inquiry *inquiry, const char *pattern)
{
    return policy_match_wildcards(pattern, inquiry->action, POLICY_CASE_IGNORED);
}

static bool matches_resource(const struct inquiry *inquiry, const char *pattern)
{
    return policy_match_wildcards(pattern, inquiry->resource, POLICY_CASE_EXACT);
}

/* An element that is a string or a list of strings; *found if one of them matches. */
static bool read_patterns(const struct inquiry *inquiry, const struct json *element,
                          bool (*test)(const struct inquiry *inquiry, const char *pattern),
                          bool *found)
{
    const struct json *pattern = element->kind == JSON_ARRAY ? element->first : element;

    *found = false;
    for (; pattern; pattern = element->kind == JSON_ARRAY ? pattern->next : NULL) {
        if (pattern->kind != JSON_STRING) {
            text_append_format(inquiry->problem, "\"%s\" must be a string or a list of strings",
                               element->name);
            return false;
        }
        if (pattern->size > POLICY_RESOURCE_SIZE_MAX) {
            text_append_format(inquiry->problem, "a string of \"%s\" is longer than %d characters",
                               element->name, POLICY_RESOURCE_SIZE_MAX);
            return false;
        }
        *found = *found || test(inquiry, pattern->string);
    }
    return true;
}

/* Exactly one of an element and its negation: "Action", "NotAction". */
static bool read_element(const struct inquiry *inquiry, const struct json *statement,
                         const char *name, const char *negation,
                         bool (*test)(const struct inquiry *inquiry, const char *pattern),
                         bool *applies)
{
    const struct json *plain   = json_find(statement, name);
    const struct json *negated = json_find(statement, negation);
    bool found;

    if (!plain == !negated) {
        text_append_format(inquiry->problem, "a statement needs \"%s\"%s", name,
                           plain ? " or its negation, not both" : "");
        return false;
    }
    if (!read_patterns(inquiry, plain ? plain : negated, test, &found))
        return false;
    *applies = found == (plain != NULL);
    return true;
}

static enum policy_verdict judge_statement(const struct inquiry *inquiry,
                                           const struct json *statement)
{
    const struct json *condition   = json_find(statement, "Condition");
    const char *effect             = json_find_string(statement, "Effect");
    bool is_allow                  = effect && strcmp(effect, "Allow") == 0;
    enum condition_verdict verdict = CONDITION_MET;
    bool of_action;
    bool of_resource;

    if (!is_allow && !(effect && strcmp(effect, "Deny") == 0)) {
        text_append_string(inquiry->problem, "\"Effect\" of a statement must be Allow or Deny");
        return POLICY_MALFORMED;
    }
    if (!read_element(inquiry, statement, "Action", "NotAction", matches_action, &of_action) ||
        !read_element(inquiry, statement, "Resource", "NotResource", matches_resource,
                      &of_resource))
        return POLICY_MALFORMED;
    if (condition)
        verdict = policy_condition_judge(condition, inquiry->facts, inquiry->problem);
    if (verdict == CONDITION_MALFORMED)
        return POLICY_MALFORMED;
    if (!of_action || !of_resource || verdict == CONDITION_NOT_MET)
        return POLICY_SILENT;
    return is_allow ? POLICY_ALLOWS : POLICY_DENIES;
}

/* Every statement is read, so that one that is malformed is told wherever it stands. */
enum policy_verdict policy_judge(const struct json *document, const char *action,
                                 const char *resource, const struct policy_facts *facts,
                                 struct text *problem)
{
    const struct inquiry inquiry  = {action, resource, facts, problem};
    const struct json *statements = json_find(document, "Statement");
    const struct json *statement  = statements;
    enum policy_verdict whole     = POLICY_SILENT;

    if (!statements || (statements->kind != JSON_ARRAY && statements->kind != JSON_OBJECT)) {
        text_append_string(problem, document ? "\"policyDocument\" needs a list \"Statement\""
                                             : "\"policyDocument\" is missing");
        return POLICY_MALFORMED;
    }
    if (statements->kind == JSON_ARRAY)
        statement = statements->first;
    for (; statement; statement = statements->kind == JSON_ARRAY ? statement->next : NULL) {
        enum policy_verdict verdict = judge_statement(&inquiry, statement);

        if (verdict == POLICY_MALFORMED)
            return POLICY_MALFORMED;
        if (verdict == POLICY_DENIES || (verdict == POLICY_ALLOWS && whole == POLICY_SILENT))
            whole = verdict;
    }
    return whole;
}
