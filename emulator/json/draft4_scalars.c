#include "json/draft4_keywords.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"
#include "json/json_value.h"

static bool is_true(const struct json *flag)
{
    return flag && flag->kind == JSON_BOOLEAN && flag->boolean;
}

void draft4_format(struct check *check, const struct json *schema, const struct json *keyword,
                   const struct json *value)
{
    SCOPED_TEXT message = {0};

    if (value->kind == JSON_STRING && !draft4_check_format(keyword->string, value, &message))
        draft4_problem(check, "%s", text_string(&message));
}

/* The size of a string; what isn't any has none that could be wrong. */
static bool has_wrong_size(const struct json *value, double least, double most, size_t *size)
{
    if (value->kind != JSON_STRING)
        return false;
    *size = json_character_count(value);
    return (double)*size < least || (double)*size > most;
}

static void tell_of_size(struct check *check, const struct json *keyword, const struct json *value,
                         const char *adjective, size_t size, const char *bound)
{
    SCOPED_TEXT printed = {0};

    draft4_print(value, &printed);
    draft4_problem(check, "string %s is too %s (length: %zu, %s: %s)", text_string(&printed),
                   adjective, size, bound, keyword->string);
}

void draft4_max_length(struct check *check, const struct json *schema, const struct json *keyword,
                       const struct json *value)
{
    size_t size;

    if (has_wrong_size(value, 0, keyword->number, &size))
        tell_of_size(check, keyword, value, "long", size, "maximum allowed");
}

void draft4_min_length(struct check *check, const struct json *schema, const struct json *keyword,
                       const struct json *value)
{
    size_t size;

    if (has_wrong_size(value, keyword->number, INFINITY, &size))
        tell_of_size(check, keyword, value, "short", size, "required minimum");
}

void draft4_maximum(struct check *check, const struct json *schema, const struct json *keyword,
                    const struct json *value)
{
    bool is_exclusive = is_true(json_find(schema, "exclusiveMaximum"));

    if (value->kind != JSON_NUMBER)
        return;
    if (value->number > keyword->number)
        draft4_problem(
            check, "numeric instance is greater than the required maximum (maximum: %s, found: %s)",
            keyword->string, value->string);
    else if (is_exclusive && value->number == keyword->number)
        draft4_problem(check, "numeric instance is not strictly lower than the required maximum %s",
                       keyword->string);
}

void draft4_minimum(struct check *check, const struct json *schema, const struct json *keyword,
                    const struct json *value)
{
    bool is_exclusive = is_true(json_find(schema, "exclusiveMinimum"));

    if (value->kind != JSON_NUMBER)
        return;
    if (value->number < keyword->number)
        draft4_problem(
            check, "numeric instance is lower than the required minimum (minimum: %s, found: %s)",
            keyword->string, value->string);
    else if (is_exclusive && value->number == keyword->number)
        draft4_problem(check,
                       "numeric instance is not strictly greater than the required minimum %s",
                       keyword->string);
}

/* Decimal fractions aren't doubles: 0.3 is a multiple of 0.1 all the same. */
static bool is_multiple(double value, double of)
{
    double quotient = value / of;

    return fabs(quotient - round(quotient)) <= 1e-9 * fmax(1, fabs(quotient)) && isfinite(quotient);
}

void draft4_multiple_of(struct check *check, const struct json *schema, const struct json *keyword,
                        const struct json *value)
{
    if (value->kind == JSON_NUMBER && !is_multiple(value->number, keyword->number))
        draft4_problem(check, "remainder of division is not zero (%s / %s)", value->string,
                       keyword->string);
}

void draft4_pattern(struct check *check, const struct json *schema, const struct json *keyword,
                    const struct json *value)
{
    SCOPED_TEXT source  = {0};
    SCOPED_TEXT printed = {0};

    if (value->kind != JSON_STRING ||
        schema_patterns_match(&check->draft4->patterns, keyword, value->string, value->size))
        return;
    draft4_print(keyword, &source);
    draft4_print(value, &printed);
    draft4_problem(check, "ECMA 262 regex %s does not match input string %s", text_string(&source),
                   text_string(&printed));
}
