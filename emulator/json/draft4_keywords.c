#include "json/draft4_keywords.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"
#include "json/json_value.h"

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
        draft4_problem(
            check, "instance failed to match all required schemas (matched only %zu out of %zu)",
            count, keyword->count);
}

static void check_any_of(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    if (count_fitting(check, keyword, value) == 0)
        draft4_problem(check, "instance failed to match at least one required schema among %zu",
                       keyword->count);
}

static void check_one_of(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
{
    size_t count = count_fitting(check, keyword, value);

    if (count != 1)
        draft4_problem(check,
                       "instance failed to match exactly one schema (matched %zu out of %zu)",
                       count, keyword->count);
}

static void check_not(struct check *check, const struct json *schema, const struct json *keyword,
                      const struct json *value)
{
    if (fits(check, keyword, value))
        draft4_problem(check, "instance matched a schema which it should not have");
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
    draft4_print(value, &printed);
    draft4_print(keyword, &list);
    draft4_problem(check, "instance value (%s) not found in enum (possible values: %s)",
                   text_string(&printed), text_string(&list));
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
    draft4_append_names(names, listed, &list);
    draft4_problem(check,
                   "instance type (%s) does not match any allowed primitive type (allowed: %s)",
                   type_of(value), text_string(&list));
}

/* AWS (inferred from the validator's source): in alphabetical order, but for the format. */
static const struct {
    const char *name;
    void (*check)(struct check *check, const struct json *schema, const struct json *keyword,
                  const struct json *value);
} keywords[] = {
    {"additionalItems",      draft4_additional_items     },
    {"additionalProperties", draft4_additional_properties},
    {"allOf",                check_all_of                },
    {"anyOf",                check_any_of                },
    {"dependencies",         draft4_dependencies         },
    {"enum",                 check_enum                  },
    {"maxItems",             draft4_max_items            },
    {"maxLength",            draft4_max_length           },
    {"maxProperties",        draft4_max_properties       },
    {"maximum",              draft4_maximum              },
    {"minItems",             draft4_min_items            },
    {"minLength",            draft4_min_length           },
    {"minProperties",        draft4_min_properties       },
    {"minimum",              draft4_minimum              },
    {"multipleOf",           draft4_multiple_of          },
    {"not",                  check_not                   },
    {"oneOf",                check_one_of                },
    {"pattern",              draft4_pattern              },
    {"required",             draft4_required             },
    {"type",                 check_type                  },
    {"uniqueItems",          draft4_unique_items         },
    {"format",               draft4_format               },
};

void draft4_check_keywords(struct check *check, const struct json *schema, const struct json *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
        const struct json *keyword = json_find(schema, keywords[i].name);

        if (keyword)
            keywords[i].check(check, schema, keyword, value);
    }
}
