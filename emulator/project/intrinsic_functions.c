/* The intrinsic functions, a row each. */

#include "project/intrinsics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/intrinsics_state.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

typedef struct json *intrinsic_function(struct intrinsics *intrinsics, const struct json *argument);

/* The resolved argument if it is a list of least to most elements, none of them AWS::NoValue;
 * otherwise NULL, with a problem that says what it takes. */
static struct json *take_list(struct intrinsics *intrinsics, const struct json *argument,
                              size_t least, size_t most, const char *takes)
{
    struct json *list =
        argument->kind == JSON_ARRAY ? intrinsics_resolve(intrinsics, argument) : NULL;

    if (list && list->count == argument->count && list->count >= least && list->count <= most)
        return list;
    intrinsics_fail(intrinsics, argument, "%s takes %s", argument->name, takes);
    return NULL;
}

static struct json *nothing(struct intrinsics *intrinsics, const struct json *where)
{
    return build_string(intrinsics->settings.arena, "", 0, where);
}

static struct json *string_of(struct intrinsics *intrinsics, const struct text *text,
                              const struct json *where)
{
    return intrinsics_string(intrinsics, text_string(text), text->size, where);
}

static struct json *ref(struct intrinsics *intrinsics, const struct json *argument)
{
    if (argument->kind != JSON_STRING)
        return intrinsics_fail(intrinsics, argument,
                               "Ref takes the name of a resource or parameter");
    return intrinsics_refer(intrinsics, argument->string, "", argument);
}

/* "A.B" or [A, B], in which B may have functions in it. */
static struct json *get_att(struct intrinsics *intrinsics, const struct json *argument)
{
    static const char takes[] = "the name of a resource and of an attribute";
    const char *dot = argument->kind == JSON_STRING ? strchr(argument->string, '.') : NULL;
    const struct json *list;
    const char *resource;
    const char *attribute;

    if (dot)
        return intrinsics_refer(intrinsics,
                                arena_copy(intrinsics->settings.arena, argument->string,
                                           (size_t)(dot - argument->string)),
                                dot + 1, argument);
    list      = take_list(intrinsics, argument, 2, 2, takes);
    resource  = list ? json_text(list->first) : NULL;
    attribute = list ? json_text(list->last) : NULL;
    if (!list)
        return nothing(intrinsics, argument);
    if (!resource || !attribute || attribute[0] == '\0')
        return intrinsics_fail(intrinsics, argument, "Fn::GetAtt takes %s", takes);
    return intrinsics_refer(intrinsics, resource, attribute, argument);
}

/* Appends what ${name} stands for. */
static void substitute(struct intrinsics *intrinsics, const char *name,
                       const struct json *variables, const struct json *where, struct text *out)
{
    const struct json *value = json_find(variables, name);
    const char *dot          = strchr(name, '.');
    const char *text;

    if (value)
        value = intrinsics_resolve(intrinsics, value);
    else if (dot)
        value = intrinsics_refer(intrinsics,
                                 arena_copy(intrinsics->settings.arena, name, (size_t)(dot - name)),
                                 dot + 1, where);
    else
        value = intrinsics_refer(intrinsics, name, "", where);
    text = json_text(value);
    if (text)
        text_append_string(out, text);
    else
        intrinsics_fail(intrinsics, where, "Fn::Sub: ${%s} is no text", name);
}

/* AWS: ${!Literal} is ${Literal}. */
static struct json *substitute_all(struct intrinsics *intrinsics, const struct json *source,
                                   const struct json *variables)
{
    SCOPED_TEXT out = {0};
    const char *at  = source->string;

    for (;;) {
        const char *begin = strstr(at, "${");
        const char *end   = begin ? strchr(begin, '}') : NULL;

        if (!end || out.size > INTRINSICS_BYTES_MAX)
            break;
        text_append(&out, at, (size_t)(begin - at));
        at = end + 1;
        if (begin[2] == '!')
            text_append_format(&out, "${%.*s", (int)(at - begin - 3), begin + 3);
        else
            substitute(intrinsics,
                       arena_copy(intrinsics->settings.arena, begin + 2, (size_t)(end - begin - 2)),
                       variables, source, &out);
    }
    text_append_string(&out, at);
    return string_of(intrinsics, &out, source);
}

static struct json *sub(struct intrinsics *intrinsics, const struct json *argument)
{
    if (argument->kind == JSON_STRING)
        return substitute_all(intrinsics, argument, NULL);
    if (argument->kind != JSON_ARRAY || argument->count != 2 ||
        argument->first->kind != JSON_STRING || argument->last->kind != JSON_OBJECT)
        return intrinsics_fail(intrinsics, argument,
                               "Fn::Sub takes a text, or a list of a text and a map");
    return substitute_all(intrinsics, argument->first, argument->last);
}

static struct json *join(struct intrinsics *intrinsics, const struct json *argument)
{
    static const char takes[] = "a list of a delimiter and a list of texts";
    const struct json *list   = take_list(intrinsics, argument, 2, 2, takes);
    const char *delimiter     = list ? json_text(list->first) : NULL;
    SCOPED_TEXT out           = {0};

    if (!list)
        return nothing(intrinsics, argument);
    if (!delimiter || list->last->kind != JSON_ARRAY)
        return intrinsics_fail(intrinsics, argument, "Fn::Join takes %s", takes);
    for (const struct json *element = list->last->first; element; element = element->next) {
        const char *text = json_text(element);

        if (!text)
            return intrinsics_fail(intrinsics, element, "Fn::Join takes %s", takes);
        if (out.size > INTRINSICS_BYTES_MAX)
            break;
        text_append_format(&out, "%s%s", element == list->last->first ? "" : delimiter, text);
    }
    return string_of(intrinsics, &out, argument);
}

/* What is at that place of a list; -1: no number. */
static long read_index(struct intrinsics *intrinsics, const struct json *value)
{
    const char *text = json_text(value);
    char *end        = NULL;
    long index       = text ? strtol(text, &end, 10) : -1;

    return text && end != text && *end == '\0' ? index : -1;
}

static struct json *choose(struct intrinsics *intrinsics, const struct json *argument)
{
    static const char takes[] = "a list of an index and a list";
    const struct json *list   = take_list(intrinsics, argument, 2, 2, takes);
    const struct json *element;
    long index;

    if (!list)
        return nothing(intrinsics, argument);
    index = read_index(intrinsics, list->first);
    if (index < 0 || list->last->kind != JSON_ARRAY)
        return intrinsics_fail(intrinsics, argument, "Fn::Select takes %s", takes);
    element = list->last->first;
    for (long i = 0; element && i < index; i++)
        element = element->next;
    if (!element)
        return intrinsics_fail(intrinsics, argument,
                               "Fn::Select: the list has %zu elements, none with the index %ld",
                               list->last->count, index);
    return build_copy(intrinsics->settings.arena, element);
}

static struct json *split(struct intrinsics *intrinsics, const struct json *argument)
{
    static const char takes[] = "a list of a delimiter and a text";
    const struct json *list   = take_list(intrinsics, argument, 2, 2, takes);
    const char *delimiter     = list ? json_text(list->first) : NULL;
    const char *at            = list ? json_text(list->last) : NULL;
    struct json *parts        = build_value(intrinsics->settings.arena, JSON_ARRAY, argument);

    if (!list)
        return nothing(intrinsics, argument);
    if (!delimiter || delimiter[0] == '\0' || !at)
        return intrinsics_fail(intrinsics, argument, "Fn::Split takes %s", takes);
    for (;;) {
        const char *end = strstr(at, delimiter);

        build_add(
            parts, NULL,
            intrinsics_string(intrinsics, at, end ? (size_t)(end - at) : strlen(at), argument));
        if (!end)
            return parts;
        at = end + strlen(delimiter);
    }
}

/* Only the branch that is taken is looked at. */
static struct json *when(struct intrinsics *intrinsics, const struct json *argument)
{
    const struct json *name = argument->kind == JSON_ARRAY ? argument->first : NULL;

    if (argument->kind != JSON_ARRAY || argument->count != 3 || name->kind != JSON_STRING)
        return intrinsics_fail(intrinsics, argument,
                               "Fn::If takes a list of a condition's name and two values");
    return intrinsics_resolve(
        intrinsics, intrinsics_holds(intrinsics, name->string, name) ? name->next : argument->last);
}

static struct json *find_in_map(struct intrinsics *intrinsics, const struct json *argument)
{
    static const char takes[] = "a list of a map's name and two keys";
    const struct json *list   = take_list(intrinsics, argument, 3, 4, takes);
    const struct json *value  = NULL;
    const char *names[3];

    if (!list)
        return nothing(intrinsics, argument);
    names[0] = json_text(list->first);
    names[1] = json_text(list->first->next);
    names[2] = json_text(list->first->next->next);
    if (!names[0] || !names[1] || !names[2])
        return intrinsics_fail(intrinsics, argument, "Fn::FindInMap takes %s", takes);
    value = map_find(&intrinsics->mappings, names[0]);
    value = json_find(json_find(value, names[1]), names[2]);
    if (value)
        return intrinsics_resolve(intrinsics, value);
    value = list->count == 4 ? json_find(list->last, "DefaultValue") : NULL;
    if (value)
        return build_copy(intrinsics->settings.arena, value);
    return intrinsics_fail(intrinsics, argument, "there is no \"%s\" in \"%s\" of the map \"%s\"",
                           names[2], names[1], names[0]);
}

static struct json *import(struct intrinsics *intrinsics, const struct json *argument)
{
    const char *name  = json_text(intrinsics_resolve(intrinsics, argument));
    const char *value = name ? intrinsics_find_given(intrinsics, name, true) : NULL;

    if (!name)
        return intrinsics_fail(intrinsics, argument, "Fn::ImportValue takes an export's name");
    if (!value)
        return intrinsics_fail(intrinsics, argument,
                               "\"%s\" is what another stack exports, which is not known here: "
                               "give it with --parameter %s=VALUE",
                               name, name);
    return intrinsics_string(intrinsics, value, strlen(value), argument);
}

static struct json *base64(struct intrinsics *intrinsics, const struct json *argument)
{
    const char *text = json_text(intrinsics_resolve(intrinsics, argument));
    SCOPED_TEXT out  = {0};

    if (!text)
        return intrinsics_fail(intrinsics, argument, "Fn::Base64 takes a text");
    base64_append(&out, text, strlen(text));
    return string_of(intrinsics, &out, argument);
}

/* AWS: a region has two zones at least; which letters they have depends on the account. */
static struct json *get_zones(struct intrinsics *intrinsics, const struct json *argument)
{
    const char *region = json_text(intrinsics_resolve(intrinsics, argument));
    struct json *zones = build_value(intrinsics->settings.arena, JSON_ARRAY, argument);

    if (!region || region[0] == '\0')
        region = intrinsics->settings.region;
    for (const char *letter = "abc"; *letter; letter++) {
        SCOPED_TEXT name = {0};

        text_append_format(&name, "%s%c", region, *letter);
        build_add(zones, NULL, string_of(intrinsics, &name, argument));
    }
    return zones;
}

static struct json *length(struct intrinsics *intrinsics, const struct json *argument)
{
    const struct json *list = intrinsics_resolve(intrinsics, argument);

    if (!list || list->kind != JSON_ARRAY)
        return intrinsics_fail(intrinsics, argument, "Fn::Length takes a list");
    return build_number(intrinsics->settings.arena, (double)list->count, argument);
}

static struct json *to_json_string(struct intrinsics *intrinsics, const struct json *argument)
{
    const struct json *value = intrinsics_resolve(intrinsics, argument);
    SCOPED_TEXT out          = {0};

    if (value)
        json_print(value, &out);
    return string_of(intrinsics, &out, argument);
}

static struct json *judge_condition(struct intrinsics *intrinsics, const struct json *argument)
{
    struct json condition = {.kind = JSON_OBJECT, .count = 1, .line = argument->line};

    condition.first       = build_copy(intrinsics->settings.arena, argument);
    condition.first->name = argument->name;
    condition.last        = condition.first;
    return build_boolean(intrinsics->settings.arena, intrinsics_judge(intrinsics, &condition),
                         argument);
}

static struct json *refuse(struct intrinsics *intrinsics, const struct json *argument)
{
    return intrinsics_fail(intrinsics, argument,
                           "%s can't be evaluated here: write what it comes to", argument->name);
}

static const struct {
    const char *name;
    intrinsic_function *function;
} functions[] = {
    {"Ref",              ref            },
    {"Fn::GetAtt",       get_att        },
    {"Fn::Sub",          sub            },
    {"Fn::Join",         join           },
    {"Fn::Select",       choose         },
    {"Fn::Split",        split          },
    {"Fn::If",           when           },
    {"Fn::FindInMap",    find_in_map    },
    {"Fn::ImportValue",  import         },
    {"Fn::Base64",       base64         },
    {"Fn::GetAZs",       get_zones      },
    {"Fn::Length",       length         },
    {"Fn::ToJsonString", to_json_string },
    {"Fn::Equals",       judge_condition},
    {"Fn::And",          judge_condition},
    {"Fn::Or",           judge_condition},
    {"Fn::Not",          judge_condition},
    {"Fn::Cidr",         refuse         },
    {"Fn::Transform",    refuse         },
};

bool intrinsics_call(struct intrinsics *intrinsics, const char *name, const struct json *argument,
                     const struct json *where, struct json **result)
{
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        if (strcmp(functions[i].name, name) == 0) {
            *result = functions[i].function(intrinsics, argument);
            return true;
        }
    }
    if (strncmp(name, "Fn::", 4) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
        nearest_consider(&nearest, functions[i].name);
    if (strncmp(name, "Fn::ForEach", 11) == 0)
        *result = refuse(intrinsics, argument);
    else if (nearest.found)
        *result = intrinsics_fail(intrinsics, where, "there is no function %s: did you mean %s?",
                                  name, nearest.found);
    else
        *result = intrinsics_fail(intrinsics, where, "there is no function %s", name);
    return true;
}
