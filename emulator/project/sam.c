#include "project/sam.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "project/reading.h"
#include "project/sam_websocket.h"
#include "project/template_properties.h"
#include "json/build.h"
#include "json/json.h"

#define TRANSFORM "AWS::Serverless-2016-10-31"

/* A function rather than a map, in a template. */
static bool is_function(const struct json *value)
{
    return value->count == 1 &&
           (strncmp(value->first->name, "Fn::", 4) == 0 || strcmp(value->first->name, "Ref") == 0);
}

static struct json *merge(const struct sam *sam, const struct json *global, const struct json *own);

static struct json *merge_objects(const struct sam *sam, const struct json *global,
                                  const struct json *own)
{
    struct json *merged = build_value(sam->arena, JSON_OBJECT, own);

    for (const struct json *member = own->first; member; member = member->next) {
        const struct json *other = json_find(global, member->name);

        build_add(merged, member->name,
                  other ? merge(sam, other, member) : build_copy(sam->arena, member));
    }
    for (const struct json *member = global->first; member; member = member->next) {
        if (!json_find(own, member->name))
            build_add(merged, member->name, build_copy(sam->arena, member));
    }
    return merged;
}

/* AWS: maps are merged, lists joined with the global one first, of all else the own one counts. */
static struct json *merge(const struct sam *sam, const struct json *global, const struct json *own)
{
    struct json *merged;

    if (global->kind == JSON_OBJECT && own->kind == JSON_OBJECT && !is_function(global) &&
        !is_function(own)) {
        merged       = merge_objects(sam, global, own);
        merged->line = own->line;
        return merged;
    }
    if (global->kind != JSON_ARRAY || own->kind != JSON_ARRAY)
        return build_copy(sam->arena, own);
    merged = build_value(sam->arena, JSON_ARRAY, own);
    for (const struct json *element = global->first; element; element = element->next)
        build_add(merged, NULL, build_copy(sam->arena, element));
    for (const struct json *element = own->first; element; element = element->next)
        build_add(merged, NULL, build_copy(sam->arena, element));
    return merged;
}

/* The resource with another type and other properties. */
static struct json *retype(const struct sam *sam, const struct json *resource, const char *type,
                           struct json *properties)
{
    struct json *copy = build_value(sam->arena, JSON_OBJECT, resource);

    build_add(copy, "Type", build_string(sam->arena, type, strlen(type), resource));
    build_add(copy, "Properties", properties);
    for (const struct json *member = resource->first; member; member = member->next) {
        if (strcmp(member->name, "Type") != 0 && strcmp(member->name, "Properties") != 0)
            build_add(copy, member->name, build_copy(sam->arena, member));
    }
    return copy;
}

/* Its properties with the globals of its kind; an empty object if there are none. */
static struct json *merge_globals(const struct sam *sam, const struct json *globals,
                                  const struct json *resource)
{
    const struct json *own = json_find(resource, "Properties");

    if (!own || own->kind != JSON_OBJECT)
        own = build_value(sam->arena, JSON_OBJECT, resource);
    return globals && globals->kind == JSON_OBJECT ? merge_objects(sam, globals, own)
                                                   : build_copy(sam->arena, own);
}

/* AWS: a function without a role gets one of its own, called after it. */
static void expand_function(const struct sam *sam, const struct json *globals,
                            const struct json *resource, struct json *resources)
{
    struct json *properties = merge_globals(sam, json_find(globals, "Function"), resource);

    build_add(resources, resource->name,
              retype(sam, resource, "AWS::Lambda::Function", properties));
    if (json_find(properties, "Role"))
        return;
    build_add(
        resources, arena_format(sam->arena, "%sRole", resource->name),
        retype(sam, resource, "AWS::IAM::Role", build_value(sam->arena, JSON_OBJECT, resource)));
}

static void expand_websocket(const struct sam *sam, const struct json *globals,
                             const struct json *resource, struct json *resources)
{
    sam_websocket_expand(
        sam, resource, merge_globals(sam, json_find(globals, "WebSocketApi"), resource), resources);
}

static void expand_table(const struct sam *sam, const struct json *globals,
                         const struct json *resource, struct json *resources)
{
    build_add(resources, resource->name,
              retype(sam, resource, "AWS::DynamoDB::Table",
                     merge_globals(sam, json_find(globals, "SimpleTable"), resource)));
}

static const struct {
    const char *type;
    void (*expand)(const struct sam *sam, const struct json *globals, const struct json *resource,
                   struct json *resources);
} types[] = {
    {"AWS::Serverless::Function",     expand_function },
    {"AWS::Serverless::WebSocketApi", expand_websocket},
    {"AWS::Serverless::SimpleTable",  expand_table    },
};

static void expand_resource(const struct sam *sam, const struct json *globals,
                            const struct json *resource, struct json *resources)
{
    const char *type = json_find_string(resource, "Type");

    for (size_t i = 0; type && i < ARRAY_SIZE(types); i++) {
        if (strcmp(types[i].type, type) == 0) {
            types[i].expand(sam, globals, resource, resources);
            return;
        }
    }
    build_add(resources, resource->name, build_copy(sam->arena, resource));
}

static bool names_transform(const struct json *value)
{
    if (value->kind == JSON_STRING)
        return strcmp(value->string, TRANSFORM) == 0;
    for (const struct json *element = value->kind == JSON_ARRAY ? value->first : NULL; element;
         element                    = element->next) {
        if (names_transform(element))
            return true;
    }
    return false;
}

/* SAM: "Globals section". */
static void check_globals(const struct sam *sam, const struct json *globals)
{
    static const char *const names[] = {"Api",          "CapacityProvider", "Function",
                                        "HttpApi",      "LayerVersion",     "SimpleTable",
                                        "StateMachine", "WebSocketApi",     NULL};
    const struct json *member        = reading_members(globals);
    const char *nearest              = NULL;

    for (; (member = template_properties_find_unknown(member, names, &nearest));
         member = member->next)
        sam->report(sam->owner, true, member,
                    arena_format(sam->arena,
                                 "Globals.%s: SAM has no such section, and refuses it%s%s%s",
                                 member->name, nearest ? ": did you mean " : "",
                                 nearest ? nearest : "", nearest ? "?" : ""));
}

/* AWS: without the transform, CloudFormation knows no resource of SAM. */
static void check_transform(const struct sam *sam, const struct json *document)
{
    const struct json *transform = json_find(document, "Transform");

    if (transform && names_transform(transform))
        return;
    for (const struct json *resource = reading_members(json_find(document, "Resources")); resource;
         resource                    = resource->next) {
        const char *type = json_find_string(resource, "Type");

        if (!type || strncmp(type, "AWS::Serverless::", 17) != 0)
            continue;
        sam->report(sam->owner, true, resource,
                    "AWS reads resources of SAM only with \"Transform: " TRANSFORM
                    "\" in the template");
        return;
    }
}

const struct json *sam_expand(const struct sam *sam, const struct json *document)
{
    const struct json *globals = json_find(document, "Globals");
    struct json *expanded      = build_value(sam->arena, JSON_OBJECT, document);

    check_transform(sam, document);
    check_globals(sam, globals);
    for (const struct json *member = document->first; member; member = member->next) {
        struct json *copy = build_copy(sam->arena, member);

        if (strcmp(member->name, "Resources") == 0 && member->kind == JSON_OBJECT) {
            copy = build_value(sam->arena, JSON_OBJECT, member);
            for (const struct json *resource = member->first; resource; resource = resource->next)
                expand_resource(sam, globals, resource, copy);
        }
        build_add(expanded, member->name, copy);
    }
    return expanded;
}
