#include "json/schema_scalar.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "json/json.h"
#include "json/json_value.h"
#include "json/nearest.h"
#include "json/schema_compile.h"
#include "json/token.h"

/* Values that a message lists; of more it names only the nearest. */
#define LISTED_VALUES_MAX 12

/* Bytes of a value that a message shows. */
#define SHOWN_SIZE_MAX 80

void schema_problem(struct schema_check *check, const struct json *where, enum schema_weight weight,
                    const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    check->count++;
    if (weight == SCHEMA_WEIGHT_KIND && where != check->subject)
        weight = SCHEMA_WEIGHT_VALUE;
    check->weight += weight;
    if (!check->report)
        return;
    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    check->report(check->owner, where, text_string(&message));
}

const char *schema_subject(const struct schema_check *check)
{
    return check->path.size > 0 ? text_string(&check->path) : "the document";
}

static const struct {
    const char *type;
    enum json_kind kind;
    const char *name;
} types[] = {
    {"null",    JSON_NULL,    "null"          },
    {"boolean", JSON_BOOLEAN, "true or false" },
    {"integer", JSON_NUMBER,  "a whole number"},
    {"number",  JSON_NUMBER,  "a number"      },
    {"string",  JSON_STRING,  "a string"      },
    {"array",   JSON_ARRAY,   "an array"      },
    {"object",  JSON_OBJECT,  "an object"     },
};

static size_t find_type(const char *type)
{
    size_t i = 0;

    while (i < ARRAY_SIZE(types) - 1 && strcmp(types[i].type, type) != 0)
        i++;
    return i;
}

static bool has_type(const struct json *value, const char *type)
{
    if (value->kind != types[find_type(type)].kind)
        return false;
    return strcmp(type, "integer") != 0 || json_is_integer(value);
}

static bool has_one_of_types(const struct json *value, const struct json *type)
{
    if (type->kind == JSON_STRING)
        return has_type(value, type->string);
    for (const struct json *one = type->first; one; one = one->next) {
        if (has_type(value, one->string))
            return true;
    }
    return false;
}

void schema_append_types(const struct json *type, struct text *out)
{
    if (type->kind == JSON_STRING) {
        text_append_string(out, types[find_type(type->string)].name);
        return;
    }
    for (const struct json *one = type->first; one; one = one->next) {
        if (one != type->first)
            text_append_string(out, one->next ? ", " : " or ");
        text_append_string(out, types[find_type(one->string)].name);
    }
}

void schema_append_value(const struct json *value, struct text *out)
{
    SCOPED_TEXT printed = {0};

    if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT) {
        text_append_string(out, json_kind_name(value->kind));
        return;
    }
    json_print(value, &printed);
    if (printed.size > SHOWN_SIZE_MAX) {
        size_t size = SHOWN_SIZE_MAX;

        while ((printed.data[size] & 0xc0) == 0x80) /* not within a character */
            size--;
        text_append(out, printed.data, size);
        text_append_string(out, "…");
    } else {
        text_append(out, printed.data, printed.size);
    }
}

static bool is_number_text(const struct json *value)
{
    const char *end;

    if (value->kind != JSON_STRING)
        return false;
    end = token_number_end(value->string, value->string + value->size);
    return end == value->string + value->size;
}

/* A number or word in quotes is the commonest mistake, so its remedy is spelled out. */
static const char *quotes_remedy(const struct json *value, const struct json *type)
{
    static const struct json number = {.kind = JSON_NUMBER, .number = 0};
    static const struct json truth  = {.kind = JSON_BOOLEAN};

    if (is_number_text(value) && has_one_of_types(&number, type))
        return ": leave the quotes out";
    if (value->kind == JSON_STRING && has_one_of_types(&truth, type) &&
        (strcmp(value->string, "true") == 0 || strcmp(value->string, "false") == 0))
        return ": leave the quotes out";
    return "";
}

static bool check_type(struct schema_check *check, const struct json *rules,
                       const struct json *value)
{
    const struct json *type = json_find(rules, "type");
    SCOPED_TEXT expected    = {0};
    SCOPED_TEXT actual      = {0};

    if (!type || has_one_of_types(value, type))
        return true;
    schema_append_types(type, &expected);
    if (value->kind == JSON_NUMBER)
        text_append(&actual, value->string, value->size);
    else
        text_append_string(&actual, json_kind_name(value->kind));
    schema_problem(check, value, SCHEMA_WEIGHT_KIND, "%s must be %s, not %s%s",
                   schema_subject(check), text_string(&expected), text_string(&actual),
                   quotes_remedy(value, type));
    return false;
}

/* "\"A\", \"B\" or \"C\"" */
static void append_list(const struct json *list, struct text *out)
{
    for (const struct json *one = list->first; one; one = one->next) {
        if (one != list->first)
            text_append_string(out, one->next ? ", " : " or ");
        schema_append_value(one, out);
    }
}

static void check_enum(struct schema_check *check, const struct json *list,
                       const struct json *value)
{
    struct nearest nearest = {.wanted = value->kind == JSON_STRING ? value->string : ""};
    SCOPED_TEXT message    = {0};

    for (const struct json *one = list->first; one; one = one->next) {
        if (json_equals(one, value))
            return;
        if (one->kind == JSON_STRING)
            nearest_consider(&nearest, one->string);
    }
    text_append_format(&message, "%s can't be ", schema_subject(check));
    schema_append_value(value, &message);
    if (list->count <= LISTED_VALUES_MAX) {
        text_append_string(&message, list->count == 1 ? "; it must be " : "; it must be one of ");
        append_list(list, &message);
    }
    if (nearest.found)
        text_append_format(&message, ": did you mean \"%s\"?", nearest.found);
    schema_problem(check, value, SCHEMA_WEIGHT_VALUE, "%s", text_string(&message));
}

static void check_const(struct schema_check *check, const struct json *constant,
                        const struct json *value)
{
    SCOPED_TEXT expected = {0};
    SCOPED_TEXT actual   = {0};

    if (json_equals(constant, value))
        return;
    schema_append_value(constant, &expected);
    schema_append_value(value, &actual);
    schema_problem(check, value, SCHEMA_WEIGHT_VALUE, "%s must be %s, not %s",
                   schema_subject(check), text_string(&expected), text_string(&actual));
}

static bool is_true(const struct json *value)
{
    return value && value->kind == JSON_BOOLEAN && value->boolean;
}

/* is_minimum: bound is the least (or, excluded, just under the least) that value may be. */
static void check_bound(struct schema_check *check, const struct json *bound, bool is_minimum,
                        bool is_excluded, const struct json *value)
{
    double over = is_minimum ? value->number - bound->number : bound->number - value->number;
    const char *relation;

    if (over > 0 || (over == 0 && !is_excluded))
        return;
    if (is_excluded)
        relation = is_minimum ? "more than" : "less than";
    else
        relation = is_minimum ? "at least" : "at most";
    schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s must be %s %s, not %s",
                   schema_subject(check), relation, bound->string, value->string);
}

/* exclusiveMinimum and its like are numbers of their own, or in draft 4 say how to take the other.
 */
static void check_number(struct schema_check *check, const struct json *rules,
                         const struct json *value)
{
    const struct json *minimum = json_find(rules, "minimum");
    const struct json *maximum = json_find(rules, "maximum");
    const struct json *above   = json_find(rules, "exclusiveMinimum");
    const struct json *below   = json_find(rules, "exclusiveMaximum");

    if (minimum)
        check_bound(check, minimum, true, is_true(above), value);
    if (maximum)
        check_bound(check, maximum, false, is_true(below), value);
    if (above && above->kind == JSON_NUMBER)
        check_bound(check, above, true, true, value);
    if (below && below->kind == JSON_NUMBER)
        check_bound(check, below, false, true, value);
}

static void check_count(struct schema_check *check, const struct json *rules,
                        const struct json *value, const char *minimum_name,
                        const char *maximum_name, size_t count, const char *thing)
{
    const struct json *minimum = json_find(rules, minimum_name);
    const struct json *maximum = json_find(rules, maximum_name);

    if (minimum && (double)count < minimum->number)
        schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s must have at least %s %s%s, not %zu",
                       schema_subject(check), minimum->string, thing,
                       minimum->number == 1 ? "" : "s", count);
    if (maximum && (double)count > maximum->number)
        schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s must have at most %s %s%s, not %zu",
                       schema_subject(check), maximum->string, thing,
                       maximum->number == 1 ? "" : "s", count);
}

/* The description of the rules, if they have one, says in words what the pattern demands. */
static void check_pattern(struct schema_check *check, const struct json *rules,
                          const struct json *value)
{
    const struct json *pattern = json_find(rules, "pattern");
    const char *description    = json_find_string(rules, "description");
    SCOPED_TEXT message        = {0};

    if (!pattern ||
        schema_patterns_match(&check->schema->patterns, pattern, value->string, value->size))
        return;
    text_append_format(&message, "%s can't be ", schema_subject(check));
    schema_append_value(value, &message);
    text_append_format(&message, ": it must match %s", pattern->string);
    if (description)
        text_append_format(&message, " (%s)", description);
    schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s", text_string(&message));
}

static void check_size(struct schema_check *check, const struct json *rules,
                       const struct json *value)
{
    switch (value->kind) {
    case JSON_NULL:
    case JSON_BOOLEAN:
        break;
    case JSON_NUMBER:
        check_number(check, rules, value);
        break;
    case JSON_STRING:
        check_count(check, rules, value, "minLength", "maxLength", json_character_count(value),
                    "character");
        check_pattern(check, rules, value);
        break;
    case JSON_ARRAY:
        check_count(check, rules, value, "minItems", "maxItems", value->count, "element");
        break;
    case JSON_OBJECT:
        check_count(check, rules, value, "minProperties", "maxProperties", value->count, "key");
        break;
    }
}

bool schema_check_scalar(struct schema_check *check, const struct json *rules,
                         const struct json *value)
{
    const struct json *list     = json_find(rules, "enum");
    const struct json *constant = json_find(rules, "const");

    if (!check_type(check, rules, value))
        return false;
    if (list)
        check_enum(check, list, value);
    if (constant)
        check_const(check, constant, value);
    check_size(check, rules, value);
    return true;
}
