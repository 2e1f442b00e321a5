#include "json/draft4_keywords.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"
#include "json/json_value.h"

/* Of one list of messages. */
#define PROBLEMS_SIZE_MAX 4096

static void problem(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void problem(struct check *check, const char *format, ...)
{
    struct report *report = check->report;
    va_list arguments;

    report->count++;
    if (!report->out || report->out->size > PROBLEMS_SIZE_MAX)
        return;
    if (report->count > 1)
        text_append_string(report->out, ", ");
    va_start(arguments, format);
    text_append_format_list(report->out, format, arguments);
    va_end(arguments);
}

/* True if value fits schema; what it doesn't fit is nobody's business. */
static bool fits(struct check *check, const struct json *schema, const struct json *value)
{
    struct report *outer = check->report;
    struct report inner  = {0};

    check->report = &inner;
    draft4_check_value(check, schema, value);
    check->report = outer;
    return inner.count == 0 && !check->has_given_up;
}

static void print(const struct json *value, struct text *out)
{
    json_print(value, out);
    text_cut(out, PROBLEMS_SIZE_MAX / 4);
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "[\"a\",\"b\"]", sorted. */
static void append_names(const char **names, size_t count, struct text *out)
{
    qsort(names, count, sizeof *names, compare_strings);
    text_append_character(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append_character(out, ',');
        text_append_json_string(out, names[i]);
    }
    text_append_character(out, ']');
}

static bool is_true(const struct json *flag)
{
    return flag && flag->kind == JSON_BOOLEAN && flag->boolean;
}

static const struct json *member_of(const struct json *schema, const char *name)
{
    return json_find(schema, name);
}

static void check_additional_items(struct check *check, const struct json *schema,
                                   const struct json *keyword, const struct json *value)
{
    const struct json *items = member_of(schema, "items");

    if (value->kind != JSON_ARRAY || keyword->kind != JSON_BOOLEAN || keyword->boolean || !items ||
        items->kind != JSON_ARRAY || value->count <= items->count)
        return;
    problem(check, "schema only allows %zu elements in array but instance has %zu elements",
            items->count, value->count);
}

/* True if properties or patternProperties say something of a member of that name. */
static bool is_known(const struct check *check, const struct json *schema, const char *name)
{
    const struct json *patterns = member_of(schema, "patternProperties");

    if (json_find(member_of(schema, "properties"), name))
        return true;
    for (const struct json *one = patterns ? patterns->first : NULL; one; one = one->next) {
        if (schema_patterns_match(&check->draft4->patterns, one, name, strlen(name)))
            return true;
    }
    return false;
}

static void check_additional_properties(struct check *check, const struct json *schema,
                                        const struct json *keyword, const struct json *value)
{
    SCOPED_MEMORY const char **names = NULL;
    SCOPED_TEXT list                 = {0};
    size_t count                     = 0;

    if (value->kind != JSON_OBJECT || keyword->kind != JSON_BOOLEAN || keyword->boolean)
        return;
    names = memory_new((value->count + 1) * sizeof *names);
    for (const struct json *member = value->first; member; member = member->next) {
        if (!is_known(check, schema, member->name))
            names[count++] = member->name;
    }
    if (count == 0)
        return;
    append_names(names, count, &list);
    problem(check, "object instance has properties which are not allowed by the schema: %s",
            text_string(&list));
}

static size_t count_fitting(struct check *check, const struct json *list, const struct json *value)
{
    size_t count = 0;

    for (const struct json *one = list->first; one; one = one->next)
        count += fits(check, one, value);
    return count;
}

static void check_all_of(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    size_t count = count_fitting(check, keyword, value);

    if (count < keyword->count)
        problem(check,
                "instance failed to match all required schemas (matched only %zu out of %zu)",
                count, keyword->count);
}

static void check_any_of(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    if (count_fitting(check, keyword, value) == 0)
        problem(check, "instance failed to match at least one required schema among %zu",
                keyword->count);
}

static void check_one_of(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    size_t count = count_fitting(check, keyword, value);

    if (count != 1)
        problem(check, "instance failed to match exactly one schema (matched %zu out of %zu)",
                count, keyword->count);
}

static void check_not(struct check *check, const struct json *schema, const struct json *keyword,
                      const struct json *value)
{
    if (fits(check, keyword, value))
        problem(check, "instance matched a schema which it should not have");
}

static void check_names(struct check *check, const struct json *dependency,
                        const struct json *value)
{
    SCOPED_MEMORY const char **wanted  = memory_new((dependency->count + 1) * sizeof(const char *));
    SCOPED_MEMORY const char **missing = memory_new((dependency->count + 1) * sizeof(const char *));
    SCOPED_TEXT wanted_list            = {0};
    SCOPED_TEXT missing_list           = {0};
    SCOPED_TEXT name                   = {0};
    size_t wanted_count                = 0;
    size_t missing_count               = 0;

    for (const struct json *one = dependency->first; one; one = one->next) {
        wanted[wanted_count++] = one->string;
        if (!json_find(value, one->string))
            missing[missing_count++] = one->string;
    }
    if (missing_count == 0)
        return;
    append_names(wanted, wanted_count, &wanted_list);
    append_names(missing, missing_count, &missing_list);
    text_append_json_string(&name, dependency->name);
    problem(check,
            "property %s of object has missing property dependencies (schema requires %s; "
            "missing: %s)",
            text_string(&name), text_string(&wanted_list), text_string(&missing_list));
}

static void check_dependencies(struct check *check, const struct json *schema,
                               const struct json *keyword, const struct json *value)
{
    for (const struct json *one = keyword->first; one && value->kind == JSON_OBJECT;
         one                    = one->next) {
        if (!json_find(value, one->name))
            continue;
        if (one->kind == JSON_ARRAY)
            check_names(check, one, value);
        else
            draft4_check_value(check, one, value);
    }
}

static void check_enum(struct check *check, const struct json *schema, const struct json *keyword,
                       const struct json *value)
{
    SCOPED_TEXT printed = {0};
    SCOPED_TEXT list    = {0};

    for (const struct json *one = keyword->first; one; one = one->next) {
        if (json_equals(one, value))
            return;
    }
    print(value, &printed);
    print(keyword, &list);
    problem(check, "instance value (%s) not found in enum (possible values: %s)",
            text_string(&printed), text_string(&list));
}

static void check_format(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    SCOPED_TEXT message = {0};

    if (value->kind == JSON_STRING && !draft4_check_format(keyword->string, value, &message))
        problem(check, "%s", text_string(&message));
}

static void check_max_items(struct check *check, const struct json *schema,
                            const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_ARRAY && (double)value->count > keyword->number)
        problem(check,
                "array is too long: must have at most %s elements but instance has %zu elements",
                keyword->string, value->count);
}

static void check_min_items(struct check *check, const struct json *schema,
                            const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_ARRAY && (double)value->count < keyword->number)
        problem(check,
                "array is too short: must have at least %s elements but instance has %zu elements",
                keyword->string, value->count);
}

static void check_max_length(struct check *check, const struct json *schema,
                             const struct json *keyword, const struct json *value)
{
    SCOPED_TEXT printed = {0};
    size_t size;

    if (value->kind != JSON_STRING)
        return;
    size = json_character_count(value);
    if ((double)size <= keyword->number)
        return;
    print(value, &printed);
    problem(check, "string %s is too long (length: %zu, maximum allowed: %s)",
            text_string(&printed), size, keyword->string);
}

static void check_min_length(struct check *check, const struct json *schema,
                             const struct json *keyword, const struct json *value)
{
    SCOPED_TEXT printed = {0};
    size_t size;

    if (value->kind != JSON_STRING)
        return;
    size = json_character_count(value);
    if ((double)size >= keyword->number)
        return;
    print(value, &printed);
    problem(check, "string %s is too short (length: %zu, required minimum: %s)",
            text_string(&printed), size, keyword->string);
}

static void check_max_properties(struct check *check, const struct json *schema,
                                 const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_OBJECT && (double)value->count > keyword->number)
        problem(check, "object has too many properties (found %zu but schema requires at most %s)",
                value->count, keyword->string);
}

static void check_min_properties(struct check *check, const struct json *schema,
                                 const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_OBJECT && (double)value->count < keyword->number)
        problem(check, "object has too few properties (found %zu but schema requires at least %s)",
                value->count, keyword->string);
}

static void check_maximum(struct check *check, const struct json *schema,
                          const struct json *keyword, const struct json *value)
{
    bool is_exclusive = is_true(member_of(schema, "exclusiveMaximum"));

    if (value->kind != JSON_NUMBER)
        return;
    if (value->number > keyword->number)
        problem(check,
                "numeric instance is greater than the required maximum (maximum: %s, found: %s)",
                keyword->string, value->string);
    else if (is_exclusive && value->number == keyword->number)
        problem(check, "numeric instance is not strictly lower than the required maximum %s",
                keyword->string);
}

static void check_minimum(struct check *check, const struct json *schema,
                          const struct json *keyword, const struct json *value)
{
    bool is_exclusive = is_true(member_of(schema, "exclusiveMinimum"));

    if (value->kind != JSON_NUMBER)
        return;
    if (value->number < keyword->number)
        problem(check,
                "numeric instance is lower than the required minimum (minimum: %s, found: %s)",
                keyword->string, value->string);
    else if (is_exclusive && value->number == keyword->number)
        problem(check, "numeric instance is not strictly greater than the required minimum %s",
                keyword->string);
}

/* Decimal fractions aren't doubles: 0.3 is a multiple of 0.1 all the same. */
static bool is_multiple(double value, double of)
{
    double quotient = value / of;

    return fabs(quotient - round(quotient)) <= 1e-9 * fmax(1, fabs(quotient)) && isfinite(quotient);
}

static void check_multiple_of(struct check *check, const struct json *schema,
                              const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_NUMBER && !is_multiple(value->number, keyword->number))
        problem(check, "remainder of division is not zero (%s / %s)", value->string,
                keyword->string);
}

static void check_pattern(struct check *check, const struct json *schema,
                          const struct json *keyword, const struct json *value)
{
    SCOPED_TEXT source  = {0};
    SCOPED_TEXT printed = {0};

    if (value->kind != JSON_STRING ||
        schema_patterns_match(&check->draft4->patterns, keyword, value->string, value->size))
        return;
    print(keyword, &source);
    print(value, &printed);
    problem(check, "ECMA 262 regex %s does not match input string %s", text_string(&source),
            text_string(&printed));
}

static void check_required(struct check *check, const struct json *schema,
                           const struct json *keyword, const struct json *value)
{
    SCOPED_MEMORY const char **names = NULL;
    SCOPED_TEXT list                 = {0};
    size_t count                     = 0;

    if (value->kind != JSON_OBJECT)
        return;
    names = memory_new(keyword->count * sizeof *names);
    for (const struct json *name = keyword->first; name; name = name->next) {
        if (!json_find(value, name->string))
            names[count++] = name->string;
    }
    if (count == 0)
        return;
    append_names(names, count, &list);
    problem(check, "object has missing required properties (%s)", text_string(&list));
}

static const char *type_of(const struct json *value)
{
    switch (value->kind) {
    case JSON_NULL:
        return "null";
    case JSON_BOOLEAN:
        return "boolean";
    case JSON_NUMBER:
        /* AWS?: 1.0 is an integer. */
        return json_is_integer(value) ? "integer" : "number";
    case JSON_STRING:
        return "string";
    case JSON_ARRAY:
        return "array";
    case JSON_OBJECT:
        return "object";
    }
    return "";
}

static void check_type(struct check *check, const struct json *schema, const struct json *keyword,
                       const struct json *value)
{
    const struct json *one = keyword->kind == JSON_ARRAY ? keyword->first : keyword;
    size_t count           = keyword->kind == JSON_ARRAY ? keyword->count : 1;
    /* "number" lets integers pass, and is listed so. */
    SCOPED_MEMORY const char **names = memory_new((2 * count + 1) * sizeof(const char *));
    SCOPED_TEXT list                 = {0};
    bool has_integer                 = false;
    size_t listed                    = 0;

    for (size_t i = 0; i < count; i++, one = one->next) {
        bool is_integer = strcmp(one->string, "integer") == 0;
        bool is_number  = strcmp(one->string, "number") == 0;

        if (strcmp(one->string, type_of(value)) == 0 || (is_number && value->kind == JSON_NUMBER))
            return;
        if (!is_integer)
            names[listed++] = one->string;
        if ((is_number || is_integer) && !has_integer) {
            names[listed++] = "integer";
            has_integer     = true;
        }
    }
    append_names(names, listed, &list);
    problem(check, "instance type (%s) does not match any allowed primitive type (allowed: %s)",
            type_of(value), text_string(&list));
}

/* Equal values have equal ones. */
static uint64_t hash_of(const struct json *value)
{
    uint64_t hash = (uint64_t)value->kind * 0x9e3779b97f4a7c15u;

    switch (value->kind) {
    case JSON_NULL:
        break;
    case JSON_BOOLEAN:
        hash += value->boolean;
        break;
    case JSON_NUMBER: {
        double number = value->number == 0 ? 0 : value->number; /* and not -0 */
        uint64_t bits;

        memcpy(&bits, &number, sizeof bits);
        hash ^= bits * 0xff51afd7ed558ccdu;
        break;
    }
    case JSON_STRING:
        for (size_t i = 0; i < value->size; i++)
            hash = (hash ^ (unsigned char)value->string[i]) * 0x100000001b3u;
        break;
    case JSON_ARRAY:
        for (const struct json *child = value->first; child; child = child->next)
            hash = (hash ^ hash_of(child)) * 0x100000001b3u;
        break;
    case JSON_OBJECT: /* in any order */
        for (const struct json *child = value->first; child; child = child->next)
            hash += hash_of(child) * (2 * strlen(child->name) + 1);
        break;
    }
    return hash;
}

struct hashed {
    uint64_t hash;
    const struct json *value;
};

static int compare_hashes(const void *a, const void *b)
{
    uint64_t left  = ((const struct hashed *)a)->hash;
    uint64_t right = ((const struct hashed *)b)->hash;

    return left < right ? -1 : left > right;
}

static void check_unique_items(struct check *check, const struct json *schema,
                               const struct json *keyword, const struct json *value)
{
    SCOPED_MEMORY struct hashed *items = NULL;
    size_t count                       = 0;

    if (value->kind != JSON_ARRAY || !keyword->boolean)
        return;
    items = memory_new((value->count + 1) * sizeof *items);
    for (const struct json *element = value->first; element; element = element->next)
        items[count++] = (struct hashed){hash_of(element), element};
    qsort(items, count, sizeof *items, compare_hashes);
    for (size_t i = 1; i < count; i++) {
        /* Whoever makes hashes collide is told the truth a little more slowly, within bounds. */
        for (size_t j = i; j-- > 0 && items[j].hash == items[i].hash && !check->has_given_up;) {
            if (++check->steps > DRAFT4_STEPS_MAX)
                check->has_given_up = true;
            if (json_equals(items[i].value, items[j].value)) {
                problem(check, "array must not contain duplicate elements");
                return;
            }
        }
    }
}

/* AWS (inferred): in alphabetical order. */
static const struct {
    const char *name;
    void (*check)(struct check *check, const struct json *schema, const struct json *keyword,
                  const struct json *value);
} keywords[] = {
    {"additionalItems",      check_additional_items     },
    {"additionalProperties", check_additional_properties},
    {"allOf",                check_all_of               },
    {"anyOf",                check_any_of               },
    {"dependencies",         check_dependencies         },
    {"enum",                 check_enum                 },
    {"maxItems",             check_max_items            },
    {"maxLength",            check_max_length           },
    {"maxProperties",        check_max_properties       },
    {"maximum",              check_maximum              },
    {"minItems",             check_min_items            },
    {"minLength",            check_min_length           },
    {"minProperties",        check_min_properties       },
    {"minimum",              check_minimum              },
    {"multipleOf",           check_multiple_of          },
    {"not",                  check_not                  },
    {"oneOf",                check_one_of               },
    {"pattern",              check_pattern              },
    {"required",             check_required             },
    {"type",                 check_type                 },
    {"uniqueItems",          check_unique_items         },
    {"format",               check_format               },
};

void draft4_check_keywords(struct check *check, const struct json *schema, const struct json *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
        const struct json *keyword = member_of(schema, keywords[i].name);

        if (keyword)
            keywords[i].check(check, schema, keyword, value);
    }
}
