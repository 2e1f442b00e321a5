/* Conditions of templates: Fn::Equals, Fn::And, Fn::Or, Fn::Not. */

#include "project/intrinsics.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "project/intrinsics_state.h"
#include "json/json.h"

static bool are_equal(const struct json *a, const struct json *b)
{
    const char *first   = json_text(a);
    const char *second  = json_text(b);
    SCOPED_TEXT printed = {0};
    SCOPED_TEXT other   = {0};

    if (!a || !b)
        return a == b;
    if (first && second)
        return strcmp(first, second) == 0;
    json_print(a, &printed);
    json_print(b, &other);
    return text_equals(&printed, text_string(&other));
}

static bool fail(struct intrinsics *intrinsics, const struct json *where, const char *message)
{
    intrinsics_fail(intrinsics, where, "%s", message);
    return false;
}

static bool equals(struct intrinsics *intrinsics, const struct json *list)
{
    if (list->count != 2)
        return fail(intrinsics, list, "Fn::Equals compares two values");
    return are_equal(intrinsics_resolve(intrinsics, list->first),
                     intrinsics_resolve(intrinsics, list->last));
}

static bool all(struct intrinsics *intrinsics, const struct json *list)
{
    for (const struct json *element = list->first; element; element = element->next) {
        if (!intrinsics_judge(intrinsics, element))
            return false;
    }
    return true;
}

static bool any(struct intrinsics *intrinsics, const struct json *list)
{
    for (const struct json *element = list->first; element; element = element->next) {
        if (intrinsics_judge(intrinsics, element))
            return true;
    }
    return false;
}

static bool negate(struct intrinsics *intrinsics, const struct json *list)
{
    if (list->count != 1)
        return fail(intrinsics, list, "Fn::Not takes one condition in a list");
    return !intrinsics_judge(intrinsics, list->first);
}

static const struct {
    const char *name;
    bool (*function)(struct intrinsics *intrinsics, const struct json *list);
} functions[] = {
    {"Fn::Equals", equals},
    {"Fn::And",    all   },
    {"Fn::Or",     any   },
    {"Fn::Not",    negate},
};

static bool judge(struct intrinsics *intrinsics, const struct json *value)
{
    const struct json *function =
        value->kind == JSON_OBJECT && value->count == 1 ? value->first : NULL;
    const char *text;

    if (function && strcmp(function->name, "Condition") == 0 && function->kind == JSON_STRING)
        return intrinsics_holds(intrinsics, function->string, function);
    for (size_t i = 0; function && i < ARRAY_SIZE(functions); i++) {
        if (strcmp(functions[i].name, function->name) != 0)
            continue;
        if (function->kind != JSON_ARRAY)
            return fail(intrinsics, function, "a condition's function takes a list");
        return functions[i].function(intrinsics, function);
    }
    text = json_text(intrinsics_resolve(intrinsics, value));
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return strcmp(text, "true") == 0;
    return fail(intrinsics, value,
                "this is no condition: it takes Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition");
}

bool intrinsics_judge(struct intrinsics *intrinsics, const struct json *value)
{
    bool result;

    if (intrinsics->depth >= INTRINSICS_DEPTH_MAX)
        return fail(intrinsics, value, "this condition goes too deep");
    intrinsics->depth++;
    result = judge(intrinsics, value);
    intrinsics->depth--;
    return result;
}

bool intrinsics_holds(struct intrinsics *intrinsics, const char *name, const struct json *where)
{
    struct condition *condition = map_find(&intrinsics->conditions, name);

    if (!condition) {
        intrinsics_fail(intrinsics, where, "there is no condition \"%s\" under Conditions", name);
        return false;
    }
    switch (condition->state) {
    case CONDITION_UNKNOWN:
        break;
    case CONDITION_ASKED:
        intrinsics_fail(intrinsics, where, "the condition %s depends on itself", name);
        return false;
    case CONDITION_TRUE:
        return true;
    case CONDITION_FALSE:
        return false;
    }
    condition->state = CONDITION_ASKED;
    condition->state =
        intrinsics_judge(intrinsics, condition->value) ? CONDITION_TRUE : CONDITION_FALSE;
    return condition->state == CONDITION_TRUE;
}
