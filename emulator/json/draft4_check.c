#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4.h"
#include "json/draft4_internal.h"
#include "json/draft4_keywords.h"
#include "json/json.h"

static void check_elements(struct check *check, const struct json *schema, const struct json *value)
{
    const struct json *items = json_find(schema, "items");
    const struct json *more  = json_find(schema, "additionalItems");
    const struct json *next  = NULL;
    bool is_list             = items && items->kind == JSON_ARRAY;

    if (is_list)
        next = items->first;
    for (const struct json *element = value->first; element; element = element->next) {
        const struct json *rules = items;

        if (is_list)
            rules = next ? next : more;
        if (next)
            next = next->next;
        if (rules && rules->kind == JSON_OBJECT)
            draft4_check_value(check, rules, element);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct json *const *)a)->name, (*(const struct json *const *)b)->name);
}

static void check_member(struct check *check, const struct json *schema, const struct json *member)
{
    const struct json *by_name  = json_find(json_find(schema, "properties"), member->name);
    const struct json *patterns = json_find(schema, "patternProperties");
    const struct json *others   = json_find(schema, "additionalProperties");
    bool is_found               = by_name;

    if (by_name)
        draft4_check_value(check, by_name, member);
    for (const struct json *one = patterns ? patterns->first : NULL; one; one = one->next) {
        if (!schema_patterns_match(&check->draft4->patterns, one, member->name,
                                   strlen(member->name)))
            continue;
        is_found = true;
        draft4_check_value(check, one, member);
    }
    if (!is_found && others && others->kind == JSON_OBJECT)
        draft4_check_value(check, others, member);
}

static void check_members(struct check *check, const struct json *schema, const struct json *value)
{
    SCOPED_MEMORY const struct json **members =
        memory_new((value->count + 1) * sizeof(const struct json *));
    size_t count = 0;

    for (const struct json *member = value->first; member; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof *members, compare_names);
    for (size_t i = 0; i < count; i++)
        check_member(check, schema, members[i]);
}

static void check_rules(struct check *check, const struct json *schema, const struct json *value)
{
    draft4_check_keywords(check, schema, value);
    if (check->report->count > 0) /* AWS (inferred): of anything, so far */
        return;
    if (value->kind == JSON_ARRAY)
        check_elements(check, schema, value);
    else if (value->kind == JSON_OBJECT)
        check_members(check, schema, value);
}

void draft4_check_value(struct check *check, const struct json *schema, const struct json *value)
{
    const struct json *root = check->root;
    const char *reference   = json_find_string(schema, "$ref");

    if (check->depth >= DRAFT4_DEPTH_MAX || ++check->steps > DRAFT4_STEPS_MAX)
        check->has_given_up = true;
    if (check->has_given_up)
        return;
    check->depth++;
    if (reference)
        draft4_check_value(check, draft4_refer(check->draft4, root, reference, &check->root),
                           value);
    else
        check_rules(check, schema, value);
    check->depth--;
    check->root = root;
}

bool draft4_check(const struct draft4 *draft4, const char *name, const struct json *value,
                  struct text *problems)
{
    SCOPED_TEXT messages  = {0};
    struct report report  = {.out = &messages};
    struct check checking = {
        .draft4 = draft4, .root = draft4_find(draft4, name), .report = &report};

    draft4_check_value(&checking, checking.root, value);
    if (checking.has_given_up && report.count++ == 0)
        text_append_string(&messages, "the schema refers to itself without end, or the message is "
                                      "too large for it");
    if (report.count == 0)
        return true;
    text_append_format(problems, "[%s]", text_string(&messages));
    return false;
}
