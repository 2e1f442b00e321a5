#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/reading.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"

/* Parts of a template besides its resources that decide what those are. */
static const char *const parts[] = {"Parameters", "Mappings", "Conditions"};

/* Resources that are run here: all of their variables must be known. */
static const char *const needed[] = {"AWS::ApiGatewayV2::", "AWS::Lambda::Function",
                                     "AWS::Serverless::"};

static bool is_needed(const struct json *resource)
{
    const char *type = json_find_string(resource, "Type");

    for (size_t i = 0; type && i < ARRAY_SIZE(needed); i++) {
        if (text_behind(type, needed[i]))
            return true;
    }
    return false;
}

/* A function of CloudFormation rather than a map. */
static bool is_function(const struct json *value)
{
    return value->count == 1 &&
           (strncmp(value->first->name, "Fn::", 4) == 0 || strcmp(value->first->name, "Ref") == 0);
}

/* Puts value into object under its name; maps are merged, of all else what is put later counts. */
static void merge(struct arena *arena, struct json *object, const struct json *value)
{
    struct json *old = NULL;
    struct json *copy;

    for (struct json *member = object->first; member && !old; member = member->next)
        old = strcmp(member->name, value->name) == 0 ? member : NULL;
    copy = build_copy(arena, value);
    if (!old) {
        build_add(object, value->name, copy);
        return;
    }
    if (old->kind == JSON_OBJECT && value->kind == JSON_OBJECT && !is_function(old) &&
        !is_function(value)) {
        for (const struct json *member = value->first; member; member = member->next)
            merge(arena, old, member);
        return;
    }
    copy->name = old->name;
    copy->next = old->next;
    *old       = *copy;
}

/* Own members, so that merging into them changes nothing else. */
static struct json *own(struct arena *arena, const struct json *value)
{
    struct json *copy = value->kind == JSON_OBJECT ? build_value(arena, JSON_OBJECT, value)
                                                   : build_copy(arena, value);

    copy->name = value->name;
    if (value->kind != JSON_OBJECT)
        return copy;
    for (const struct json *member = value->first; member; member = member->next)
        build_add(copy, member->name, own(arena, member));
    return copy;
}

static void write_resource(struct serverless *serverless, const struct json *member)
{
    const struct json *resource = variables_look(serverless->variables, member);
    struct json *copy;

    serverless->place = arena_format(serverless->arena, "resources.Resources.%s", member->name);
    if (is_needed(resource))
        resource = variables_resolve(serverless->variables, resource);
    else
        resource = variables_try(serverless->variables, resource);
    copy       = own(serverless->arena, resource);
    copy->line = member->line;
    copy->name = member->name;
    if (copy->kind == JSON_OBJECT)
        merge(serverless->arena, serverless->resources, copy);
    else if (copy->kind != JSON_NULL)
        serverless_error(serverless, member, "must be a map with a Type");
}

static void write_part(struct serverless *serverless, const struct json *resources,
                       const char *name, struct json *template)
{
    const struct json *part = variables_member(serverless->variables, resources, name);
    struct json *out;

    if (!reading_members(part))
        return;
    out  = build_container(serverless->arena, template, name, JSON_OBJECT, part);
    part = variables_try(serverless->variables, part);
    for (const struct json *member = reading_members(part); member; member = member->next)
        merge(serverless->arena, out, own(serverless->arena, member));
}

static void write_all(struct serverless *serverless, const struct json *resources,
                      struct json *template)
{
    static const char *const maps[] = {"Resources", "extensions"};

    if (resources->kind != JSON_OBJECT) {
        if (resources->kind != JSON_NULL)
            serverless_error(serverless, resources,
                             "must be a map with Resources in it, or a list of those");
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        const struct json *map = variables_member(serverless->variables, resources, maps[i]);

        for (const struct json *member = reading_members(map); member; member = member->next)
            write_resource(serverless, member);
        serverless->place = "resources";
    }
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        write_part(serverless, resources, parts[i], template);
}

void serverless_resources_write(struct serverless *serverless, struct json *template)
{
    const struct json *resources =
        variables_member(serverless->variables, serverless->document, "resources");

    serverless->place = "resources";
    if (resources && resources->kind == JSON_ARRAY) {
        for (const struct json *element = resources->first; element; element = element->next)
            write_all(serverless, variables_look(serverless->variables, element), template);
    } else if (resources) {
        write_all(serverless, resources, template);
    }
    serverless->place = NULL;
    build_add(template, "Resources", serverless->resources);
}
