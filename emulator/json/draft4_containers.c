#include "json/draft4_keywords.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"
#include "json/json_value.h"

void draft4_additional_items(struct check *check, const struct json *schema,
                             const struct json *keyword, const struct json *value)
{
    const struct json *items = json_find(schema, "items");

    if (value->kind != JSON_ARRAY || keyword->kind != JSON_BOOLEAN || keyword->boolean || !items ||
        items->kind != JSON_ARRAY || value->count <= items->count)
        return;
    draft4_problem(check, "schema only allows %zu elements in array but instance has %zu elements",
                   items->count, value->count);
}

/* True if properties or patternProperties say something of a member of that name. */
static bool is_known(const struct check *check, const struct json *schema, const char *name)
{
    const struct json *patterns = json_find(schema, "patternProperties");

    if (json_find(json_find(schema, "properties"), name))
        return true;
    for (const struct json *one = patterns ? patterns->first : NULL; one; one = one->next) {
        if (schema_patterns_match(&check->draft4->patterns, one, name, strlen(name)))
            return true;
    }
    return false;
}

void draft4_additional_properties(struct check *check, const struct json *schema,
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
    draft4_append_names(names, count, &list);
    draft4_problem(check, "object instance has properties which are not allowed by the schema: %s",
                   text_string(&list));
}

void draft4_max_items(struct check *check, const struct json *schema, const struct json *keyword,
                      const struct json *value)
{
    if (value->kind == JSON_ARRAY && (double)value->count > keyword->number)
        draft4_problem(
            check, "array is too long: must have at most %s elements but instance has %zu elements",
            keyword->string, value->count);
}

void draft4_min_items(struct check *check, const struct json *schema, const struct json *keyword,
                      const struct json *value)
{
    if (value->kind == JSON_ARRAY && (double)value->count < keyword->number)
        draft4_problem(
            check,
            "array is too short: must have at least %s elements but instance has %zu elements",
            keyword->string, value->count);
}

void draft4_max_properties(struct check *check, const struct json *schema,
                           const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_OBJECT && (double)value->count > keyword->number)
        draft4_problem(check,
                       "object has too many properties (found %zu but schema requires at most %s)",
                       value->count, keyword->string);
}

void draft4_min_properties(struct check *check, const struct json *schema,
                           const struct json *keyword, const struct json *value)
{
    if (value->kind == JSON_OBJECT && (double)value->count < keyword->number)
        draft4_problem(check,
                       "object has too few properties (found %zu but schema requires at least %s)",
                       value->count, keyword->string);
}

void draft4_required(struct check *check, const struct json *schema, const struct json *keyword,
                     const struct json *value)
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
    draft4_append_names(names, count, &list);
    draft4_problem(check, "object has missing required properties (%s)", text_string(&list));
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
    draft4_append_names(wanted, wanted_count, &wanted_list);
    draft4_append_names(missing, missing_count, &missing_list);
    text_append_json_string(&name, dependency->name);
    draft4_problem(check,
                   "property %s of object has missing property dependencies (schema requires %s; "
                   "missing: %s)",
                   text_string(&name), text_string(&wanted_list), text_string(&missing_list));
}

void draft4_dependencies(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
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

void draft4_unique_items(struct check *check, const struct json *schema, const struct json *keyword,
                         const struct json *value)
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
                draft4_problem(check, "array must not contain duplicate elements");
                return;
            }
        }
    }
}
