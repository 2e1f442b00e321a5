#include "json/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"
#include "json/nearest.h"
#include "json/schema_compile.h"
#include "json/schema_scalar.h"

/* Schemas within schemas, references followed, and schemas asked in all: more than a check needs
 * whose schema doesn't refer to itself without end. */
#define SCHEMA_DEPTH_MAX 1000
#define SCHEMA_STEPS_MAX 50000000

/* Known keys that a message lists where none is like the unknown one. */
#define LISTED_KEYS_MAX 12

static void check_value(struct schema_check *check, const struct json *rules,
                        const struct json *value);

struct json_schema *json_schema_new(const struct json *schema)
{
    struct json_schema *compiled = NEW(struct json_schema);

    compiled->root = schema;
    if (schema_compile(compiled))
        return compiled;
    json_schema_free(compiled);
    return NULL;
}

void json_schema_free(struct json_schema *schema)
{
    if (!schema)
        return;
    schema_patterns_deinit(&schema->patterns);
    free(schema);
}

static bool is_plain_name(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "_-$@") == strlen(name);
}

/* Looks at a member or element; index is that of an element. */
static void check_child(struct schema_check *check, const struct json *rules,
                        const struct json *child, size_t index)
{
    size_t size = check->path.size;

    if (!child->name)
        text_append_format(&check->path, "[%zu]", index);
    else if (is_plain_name(child->name))
        text_append_format(&check->path, "%s%s", size > 0 ? "." : "", child->name);
    else
        text_append_format(&check->path, "[\"%s\"]", child->name);
    check_value(check, rules, child);
    check->path.size       = size;
    check->path.data[size] = '\0';
}

/* " in functions.chat", or nothing for the document itself. */
static void append_place(const struct schema_check *check, struct text *message)
{
    if (check->path.size > 0)
        text_append_format(message, " in %s", text_string(&check->path));
}

static void append_known_keys(const struct json *properties, const struct json *object,
                              struct text *message)
{
    const char *separator = ": known keys are ";
    size_t count          = 0;

    for (const struct json *known = properties->first; known; known = known->next) {
        if (json_find(object, known->name))
            continue;
        if (++count > LISTED_KEYS_MAX) {
            text_append_string(message, ", …");
            break;
        }
        text_append_format(message, "%s\"%s\"", separator, known->name);
        separator = ", ";
    }
    if (count == 0)
        text_append_string(message, ": remove it");
}

/* A key that the object has already isn't what another one was meant to be. */
static void report_unknown_key(struct schema_check *check, const struct json *rules,
                               const struct json *object, const struct json *member)
{
    const struct json *properties = json_find(rules, "properties");
    struct nearest nearest        = {.wanted = member->name};
    SCOPED_TEXT message           = {0};

    for (const struct json *known = properties ? properties->first : NULL; known;
         known                    = known->next) {
        if (!json_find(object, known->name))
            nearest_consider(&nearest, known->name);
    }
    text_append_string(&message, "unknown key ");
    text_append_json_string(&message, member->name);
    append_place(check, &message);
    if (nearest.found)
        text_append_format(&message, ": did you mean \"%s\"?", nearest.found);
    else if (properties)
        append_known_keys(properties, object, &message);
    else
        text_append_string(&message, ": remove it");
    schema_problem(check, member, SCHEMA_WEIGHT_DETAIL, "%s", text_string(&message));
}

static void check_name(struct schema_check *check, const struct json *rules,
                       const struct json *member)
{
    const struct json name = {.kind   = JSON_STRING,
                              .line   = member->line,
                              .column = member->column,
                              .string = member->name,
                              .size   = strlen(member->name)};
    size_t size            = check->path.size;

    text_append_string(&check->path, size > 0 ? "'s key" : "key");
    check_value(check, rules, &name);
    check->path.size       = size;
    check->path.data[size] = '\0';
}

/* Whatever names the member is asked; additionalProperties is for those that nobody names. */
static void check_member(struct schema_check *check, const struct json *rules,
                         const struct json *object, const struct json *member)
{
    const struct json *by_name    = json_find(json_find(rules, "properties"), member->name);
    const struct json *by_pattern = json_find(rules, "patternProperties");
    const struct json *others     = json_find(rules, "additionalProperties");
    const struct json *names      = json_find(rules, "propertyNames");
    bool is_known                 = by_name != NULL;

    if (names)
        check_name(check, names, member);
    if (by_name)
        check_child(check, by_name, member, 0);
    for (const struct json *one = by_pattern ? by_pattern->first : NULL; one; one = one->next) {
        if (!schema_patterns_match(&check->schema->patterns, one, member->name,
                                   strlen(member->name)))
            continue;
        is_known = true;
        check_child(check, one, member, 0);
    }
    if (is_known || !others)
        return;
    if (others->kind == JSON_BOOLEAN && !others->boolean)
        report_unknown_key(check, rules, object, member);
    else
        check_child(check, others, member, 0);
}

static void check_required(struct schema_check *check, const struct json *rules,
                           const struct json *object)
{
    const struct json *required = json_find(rules, "required");

    for (const struct json *name = required ? required->first : NULL; name; name = name->next) {
        if (!json_find(object, name->string))
            schema_problem(check, object, SCHEMA_WEIGHT_DETAIL, "%s lacks the key \"%s\": add it",
                           schema_subject(check), name->string);
    }
}

static void check_children(struct schema_check *check, const struct json *rules,
                           const struct json *value)
{
    const struct json *items = json_find(rules, "items");
    size_t index             = 0;

    if (value->kind == JSON_OBJECT) {
        check_required(check, rules, value);
        for (const struct json *member = value->first; member; member = member->next)
            check_member(check, rules, value, member);
    }
    if (value->kind == JSON_ARRAY && items) {
        for (const struct json *element = value->first; element; element = element->next)
            check_child(check, items, element, index++);
    }
}

/* How badly value fails rules, without a report: 0 if it doesn't. */
static size_t try_rules(struct schema_check *check, const struct json *rules,
                        const struct json *value)
{
    const struct schema_check saved = *check;
    size_t added;

    check->report  = NULL;
    check->subject = value;
    check_value(check, rules, value);
    added          = check->weight - saved.weight;
    check->report  = saved.report;
    check->subject = saved.subject;
    check->count   = saved.count;
    check->weight  = saved.weight;
    return added;
}

/* The only key that rules require, if they say nothing else; NULL otherwise. */
static const char *only_required_key(const struct json *rules)
{
    const struct json *required = json_find(rules, "required");

    if (!required || rules->count != 1 || required->count != 1)
        return NULL;
    return required->first->string;
}

static bool append_required_keys(const struct json *list, struct text *message)
{
    for (const struct json *one = list->first; one; one = one->next) {
        if (!only_required_key(one))
            return false;
    }
    for (const struct json *one = list->first; one; one = one->next) {
        if (one != list->first)
            text_append_string(message, one->next ? ", " : " or ");
        text_append_format(message, "\"%s\"", only_required_key(one));
    }
    return true;
}

static const struct json *follow_reference(const struct schema_check *check,
                                           const struct json *rules)
{
    const char *reference = json_find_string(rules, "$ref");

    return reference ? schema_refer(check->schema->root, reference) : rules;
}

/* What an alternative is, in words: its title, its type, or the value it demands. */
static void append_alternative(const struct schema_check *check, const struct json *alternative,
                               struct text *message)
{
    const struct json *rules    = follow_reference(check, alternative);
    const struct json *constant = json_find(rules, "const");
    const struct json *type     = json_find(rules, "type");
    const struct json *required = json_find(rules, "required");
    const char *title           = json_find_string(rules, "title");

    if (title)
        text_append_string(message, title);
    else if (constant)
        schema_append_value(constant, message);
    else if (type)
        schema_append_types(type, message);
    else
        text_append_string(message, "something else");
    if (!title && required && required->first)
        text_append_format(message, " with \"%s\"", required->first->string);
}

static void report_no_alternative(struct schema_check *check, const struct json *list,
                                  const struct json *value)
{
    SCOPED_TEXT message = {0};
    SCOPED_TEXT keys    = {0};

    if (append_required_keys(list, &keys)) {
        text_append_format(&message, "%s needs one of the keys %s: add one", schema_subject(check),
                           text_string(&keys));
    } else {
        text_append_format(&message, "%s can't be ", schema_subject(check));
        schema_append_value(value, &message);
        text_append_string(&message,
                           value->count > 0 ? " like this; it must be " : "; it must be ");
        for (const struct json *one = list->first; one; one = one->next) {
            if (one != list->first)
                text_append_string(&message, one->next ? ", " : " or ");
            append_alternative(check, one, &message);
        }
    }
    schema_problem(check, value, SCHEMA_WEIGHT_KIND, "%s", text_string(&message));
}

static void report_several_alternatives(struct schema_check *check, const struct json *list,
                                        const struct json *value)
{
    SCOPED_TEXT keys = {0};

    if (append_required_keys(list, &keys))
        schema_problem(check, value, SCHEMA_WEIGHT_DETAIL,
                       "%s may have only one of the keys %s: remove the others",
                       schema_subject(check), text_string(&keys));
    else
        schema_problem(check, value, SCHEMA_WEIGHT_DETAIL,
                       "%s fits several of the forms it may have: make clear which one it is",
                       schema_subject(check));
}

/*
 * anyOf and oneOf. If none fits, the problems of the one that was most likely meant are told; if
 * that can't be guessed, what there is to choose from.
 */
static void check_alternatives(struct schema_check *check, const struct json *list, bool only_one,
                               const struct json *value)
{
    const struct json *best = NULL;
    size_t best_weight      = SCHEMA_WEIGHT_KIND;
    size_t fitting          = 0;
    bool is_tie             = false;

    for (const struct json *one = list->first; one; one = one->next) {
        size_t weight = try_rules(check, one, value);

        fitting += weight == 0;
        is_tie = weight == best_weight || (is_tie && weight > best_weight);
        if (weight < best_weight) {
            best        = one;
            best_weight = weight;
        }
    }
    if (fitting > 1 && only_one)
        report_several_alternatives(check, list, value);
    if (fitting > 0)
        return;
    if (best && !is_tie)
        check_value(check, best, value);
    else
        report_no_alternative(check, list, value);
}

static void check_not(struct schema_check *check, const struct json *rules,
                      const struct json *value)
{
    const struct json *required = json_find(rules, "required");
    const char *description     = json_find_string(rules, "description");
    SCOPED_TEXT keys            = {0};

    if (try_rules(check, rules, value) > 0)
        return;
    if (!required || description) {
        schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s is not allowed here%s%s",
                       schema_subject(check), description ? ": " : "",
                       description ? description : "");
        return;
    }
    for (const struct json *name = required->first; name; name = name->next)
        text_append_format(&keys, "%s\"%s\"", name == required->first ? "" : " and ", name->string);
    schema_problem(check, value, SCHEMA_WEIGHT_DETAIL, "%s can't have %s%s: remove %s",
                   schema_subject(check), text_string(&keys),
                   required->count > 1 ? " together" : "", required->count > 1 ? "one" : "it");
}

static void check_combinations(struct schema_check *check, const struct json *rules,
                               const struct json *value)
{
    const struct json *all    = json_find(rules, "allOf");
    const struct json *any    = json_find(rules, "anyOf");
    const struct json *one_of = json_find(rules, "oneOf");
    const struct json *not_it = json_find(rules, "not");

    for (const struct json *one = all ? all->first : NULL; one; one = one->next)
        check_value(check, one, value);
    if (any)
        check_alternatives(check, any, false, value);
    if (one_of)
        check_alternatives(check, one_of, true, value);
    if (not_it)
        check_not(check, not_it, value);
}

static void check_rules(struct schema_check *check, const struct json *rules,
                        const struct json *value)
{
    if (rules->kind == JSON_BOOLEAN) {
        if (!rules->boolean)
            schema_problem(check, value, SCHEMA_WEIGHT_KIND, "%s is not allowed here: remove it",
                           schema_subject(check));
        return;
    }
    if (!schema_check_scalar(check, rules, value))
        return;
    check_children(check, rules, value);
    check_combinations(check, rules, value);
}

/* Draft 4 to 7: beside a reference nothing else counts. */
static void check_value(struct schema_check *check, const struct json *rules,
                        const struct json *value)
{
    if (check->depth == SCHEMA_DEPTH_MAX || check->steps == SCHEMA_STEPS_MAX) {
        if (check->steps < SCHEMA_STEPS_MAX)
            log_error(NULL, "schema, line %u: refers to itself without end", rules->line);
        check->steps = SCHEMA_STEPS_MAX;
        return;
    }
    check->steps++;
    check->depth++;
    if (json_find_string(rules, "$ref"))
        check_value(check, follow_reference(check, rules), value);
    else
        check_rules(check, rules, value);
    check->depth--;
}

size_t json_schema_check(const struct json_schema *schema, const struct json *document,
                         void (*report)(void *owner, const struct json *where, const char *message),
                         void *owner)
{
    struct schema_check check = {.schema = schema, .report = report, .owner = owner};

    check_value(&check, schema->root, document);
    if (check.steps == SCHEMA_STEPS_MAX)
        schema_problem(&check, document, SCHEMA_WEIGHT_DETAIL,
                       "the document is too large to be checked");
    text_deinit(&check.path);
    return check.count;
}
