#include "project/intrinsics.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"
#include "project/intrinsics_state.h"
#include "project/reading.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

/* AWS: a parameter of such a type has the name of a Systems Manager parameter as its default. */
#define STORED_TYPE "AWS::SSM::Parameter::Value<"

/* What AWS puts behind a stack's name; here it is always the same. */
#define STACK_UUID "00000000-0000-4000-8000-000000000000"

struct json *intrinsics_fail(struct intrinsics *intrinsics, const struct json *where,
                             const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    intrinsics->settings.report(intrinsics->settings.owner, false, where, text_string(&message));
    return build_string(intrinsics->settings.arena, "", 0, where);
}

/* False, with a problem the first time, if the template makes too much of itself. */
static bool count(struct intrinsics *intrinsics, size_t bytes, const struct json *where)
{
    intrinsics->values++;
    intrinsics->bytes += bytes;
    if (intrinsics->values <= INTRINSICS_VALUES_MAX && intrinsics->bytes <= INTRINSICS_BYTES_MAX)
        return true;
    if (!intrinsics->is_exhausted)
        intrinsics_fail(intrinsics, where,
                        "the template grows too large with its functions evaluated");
    intrinsics->is_exhausted = true;
    return false;
}

struct json *intrinsics_string(struct intrinsics *intrinsics, const char *string, size_t size,
                               const struct json *where)
{
    return build_string(intrinsics->settings.arena, string,
                        count(intrinsics, size, where) ? size : 0, where);
}

const char *intrinsics_find_given(struct intrinsics *intrinsics, const char *name, bool is_import)
{
    char *const *given = intrinsics->settings.parameters;
    size_t size        = strlen(name);

    for (size_t i = 0; given && given[i]; i++) {
        if (strncmp(given[i], name, size) != 0 || given[i][size] != '=')
            continue;
        intrinsics->is_given_used[i] |= is_import;
        return given[i] + size + 1;
    }
    given = intrinsics->settings.overrides;
    for (size_t i = 0; given && given[i]; i++) {
        if (strncmp(given[i], name, size) == 0 && given[i][size] == '=')
            return given[i] + size + 1;
    }
    return NULL;
}

/* AWS: the values of a list are separated by commas, with spaces around them that don't count. */
static struct json *split_list(struct intrinsics *intrinsics, const char *value,
                               const struct json *where)
{
    struct json *list = build_value(intrinsics->settings.arena, JSON_ARRAY, where);

    while (*value) {
        size_t size = strcspn(value, ",");
        size_t from = strspn(value, " ");
        size_t to   = size;

        from = from < size ? from : size;
        while (to > from && value[to - 1] == ' ')
            to--;
        build_add(list, NULL, intrinsics_string(intrinsics, value + from, to - from, where));
        value += size + (value[size] == ',');
    }
    return list;
}

static bool is_allowed(struct intrinsics *intrinsics, const struct json *declaration,
                       const char *value)
{
    const struct json *allowed = json_find(declaration, "AllowedValues");

    if (!allowed || allowed->kind != JSON_ARRAY)
        return true;
    for (const struct json *element = allowed->first; element; element = element->next) {
        const char *text = json_text(element);

        if (text && strcmp(text, value) == 0)
            return true;
    }
    return false;
}

static struct json *refer_to_parameter(struct intrinsics *intrinsics,
                                       const struct json *declaration, const struct json *where)
{
    const char *name  = declaration->name;
    const char *type  = json_find_string(declaration, "Type");
    const char *given = intrinsics_find_given(intrinsics, name, false);
    const char *value = given;

    if (!value)
        value = json_text(json_find(declaration, "Default"));
    if (!value)
        return intrinsics_fail(intrinsics, where,
                               "the parameter %s has no default: give it with --parameter "
                               "%s=VALUE",
                               name, name);
    if (!is_allowed(intrinsics, declaration, value))
        return intrinsics_fail(intrinsics, where,
                               "\"%s\" is none of the AllowedValues of the parameter %s", value,
                               name);
    if (!given && type && text_behind(type, STORED_TYPE)) {
        SCOPED_TEXT message = {0};

        text_append_format(&message,
                           "the value of %s is in the Systems Manager, and is not known here: "
                           "\"%s\" stands for it; give it with --parameter %s=VALUE",
                           name, value, name);
        intrinsics->settings.report(intrinsics->settings.owner, true, declaration,
                                    text_string(&message));
    }
    if (type && (strstr(type, "List<") || strcmp(type, "CommaDelimitedList") == 0))
        return split_list(intrinsics, value, where);
    return intrinsics_string(intrinsics, value, strlen(value), where);
}

/* A pseudo parameter's value; NULL if there is none of that name. */
static const char *find_pseudo(const struct intrinsics *intrinsics, const char *name)
{
    const struct intrinsics_settings *settings = &intrinsics->settings;
    const char *partition                      = arn_partition(settings->region);
    const char *stack_id =
        arena_format(settings->arena, "arn:%s:cloudformation:%s:%s:stack/%s/%s", partition,
                     settings->region, settings->account, settings->stack_name, STACK_UUID);
    const struct {
        const char *name;
        const char *value;
    } pseudos[] = {
        {"AWS::Region",    settings->region                },
        {"AWS::AccountId", settings->account               },
        {"AWS::StackName", settings->stack_name            },
        {"AWS::StackId",   stack_id                        },
        {"AWS::Partition", partition                       },
        {"AWS::URLSuffix", arn_url_suffix(settings->region)},
    };

    for (size_t i = 0; i < ARRAY_SIZE(pseudos); i++) {
        if (strcmp(pseudos[i].name, name) == 0)
            return pseudos[i].value;
    }
    return NULL;
}

static struct json *refer_to_nothing(struct intrinsics *intrinsics, const char *name,
                                     const struct json *where)
{
    struct nearest nearest       = {.wanted = name};
    const struct json *members[] = {json_find(intrinsics->settings.document, "Resources"),
                                    json_find(intrinsics->settings.document, "Parameters")};

    for (size_t i = 0; i < ARRAY_SIZE(members) && intrinsics->proposals < INTRINSICS_PROPOSALS_MAX;
         i++) {
        for (const struct json *member = reading_members(members[i]); member; member = member->next)
            nearest_consider(&nearest, member->name);
    }
    intrinsics->proposals++;
    if (nearest.found)
        return intrinsics_fail(intrinsics, where,
                               "there is no resource or parameter \"%s\": did you mean \"%s\"?",
                               name, nearest.found);
    return intrinsics_fail(intrinsics, where, "there is no resource or parameter \"%s\"", name);
}

struct json *intrinsics_refer(struct intrinsics *intrinsics, const char *name,
                              const char *attribute, const struct json *where)
{
    const struct json *declaration = map_find(&intrinsics->parameters, name);
    const char *value;

    if (attribute[0] == '\0') {
        if (strcmp(name, "AWS::NoValue") == 0)
            return NULL;
        if (strcmp(name, "AWS::NotificationARNs") == 0)
            return build_value(intrinsics->settings.arena, JSON_ARRAY, where);
        if (declaration)
            return refer_to_parameter(intrinsics, declaration, where);
        if (strncmp(name, "AWS::", 5) == 0) {
            value = find_pseudo(intrinsics, name);
            return value ? intrinsics_string(intrinsics, value, strlen(value), where)
                         : intrinsics_fail(intrinsics, where, "there is no pseudo parameter \"%s\"",
                                           name);
        }
    }
    value = intrinsics->settings.find_attribute(intrinsics->settings.owner, name, attribute, where);
    return value ? intrinsics_string(intrinsics, value, strlen(value), where)
                 : refer_to_nothing(intrinsics, name, where);
}

static struct json *resolve_array(struct intrinsics *intrinsics, const struct json *value)
{
    struct json *array = build_value(intrinsics->settings.arena, JSON_ARRAY, value);

    for (const struct json *child = value->first; child; child = child->next) {
        struct json *element = intrinsics_resolve(intrinsics, child);

        if (element)
            build_add(array, NULL, element);
    }
    return array;
}

static struct json *resolve_object(struct intrinsics *intrinsics, const struct json *value)
{
    struct json *object = build_value(intrinsics->settings.arena, JSON_OBJECT, value);
    struct json *result;

    if (value->count == 1 &&
        intrinsics_call(intrinsics, value->first->name, value->first, value, &result))
        return result;
    for (const struct json *child = value->first; child; child = child->next) {
        struct json *member = intrinsics_resolve(intrinsics, child);

        if (!member)
            continue;
        member->line   = child->line;
        member->column = child->column;
        build_add(object, child->name, member);
    }
    return object;
}

static struct json *resolve(struct intrinsics *intrinsics, const struct json *value)
{
    switch (value->kind) {
    case JSON_ARRAY:
        return resolve_array(intrinsics, value);
    case JSON_OBJECT:
        return resolve_object(intrinsics, value);
    case JSON_NULL:
    case JSON_BOOLEAN:
    case JSON_NUMBER:
    case JSON_STRING:
        break;
    }
    return build_copy(intrinsics->settings.arena, value);
}

struct json *intrinsics_resolve(struct intrinsics *intrinsics, const struct json *value)
{
    struct json *result;

    if (!count(intrinsics, 0, value))
        return build_string(intrinsics->settings.arena, "", 0, value);
    if (intrinsics->depth >= INTRINSICS_DEPTH_MAX)
        return intrinsics_fail(intrinsics, value,
                               "what this refers to goes too deep, or in a loop");
    intrinsics->depth++;
    result = resolve(intrinsics, value);
    intrinsics->depth--;
    return result;
}

static void index_conditions(struct intrinsics *intrinsics)
{
    const struct json *conditions = json_find(intrinsics->settings.document, "Conditions");

    for (const struct json *member = reading_members(conditions); member; member = member->next) {
        struct condition *condition = arena_new(intrinsics->settings.arena, sizeof *condition);

        condition->value = member;
        map_put(&intrinsics->conditions, member->name, condition);
    }
}

/* Maps borrow the values, and never change them. */
static void index_members(struct map *map, const struct json *object)
{
    for (struct json *member = object && object->kind == JSON_OBJECT ? object->first : NULL; member;
         member              = member->next)
        map_put(map, member->name, member);
}

struct intrinsics *intrinsics_new(const struct intrinsics_settings *settings)
{
    struct intrinsics *intrinsics = arena_new(settings->arena, sizeof *intrinsics);
    size_t given                  = 0;

    intrinsics->settings = *settings;
    while (settings->parameters && settings->parameters[given])
        given++;
    intrinsics->is_given_used = arena_new(settings->arena, given + 1);
    index_members(&intrinsics->parameters, json_find(settings->document, "Parameters"));
    index_members(&intrinsics->mappings, json_find(settings->document, "Mappings"));
    index_conditions(intrinsics);
    return intrinsics;
}

void intrinsics_check_parameters(struct intrinsics *intrinsics)
{
    char *const *given = intrinsics->settings.parameters;

    for (size_t i = 0; given && given[i]; i++) {
        char *name = arena_copy(intrinsics->settings.arena, given[i], strcspn(given[i], "="));
        struct nearest nearest        = {.wanted = name};
        const struct json *parameters = json_find(intrinsics->settings.document, "Parameters");

        if (intrinsics->is_given_used[i] || map_find(&intrinsics->parameters, name))
            continue;
        for (const struct json *member = reading_members(parameters); member; member = member->next)
            nearest_consider(&nearest, member->name);
        intrinsics_fail(intrinsics, NULL,
                        "--parameter %s: the template has no such parameter%s%s%s", name,
                        nearest.found ? ": did you mean " : "", nearest.found ? nearest.found : "",
                        nearest.found ? "?" : "");
    }
}

void intrinsics_deinit(struct intrinsics *intrinsics)
{
    map_deinit(&intrinsics->parameters);
    map_deinit(&intrinsics->conditions);
    map_deinit(&intrinsics->mappings);
}
