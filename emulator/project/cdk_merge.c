#include "project/cdk_merge.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "project/cdk_assembly.h"
#include "project/cdk_scope.h"
#include "project/cdk_state.h"
#include "project/reading.h"
#include "json/build.h"
#include "json/json.h"

/* Stacks and nested stacks that become one. */
#define SCOPES_MAX 500

/* The type of resources that were dealt with, or are of use only to AWS: it needs no word. */
#define DEALT_WITH "Custom::DealtWith"

/* The parameter by which the CDK finds out whether the account is prepared. */
#define BOOTSTRAP_VERSION "BootstrapVersion"

struct merge {
    struct cdk *cdk;
    const struct cdk_assembly *assembly;
    const struct cdk_stack *added[CDK_STACKS_MAX];
    size_t added_count;
    struct cdk_scope *scopes[SCOPES_MAX];
    size_t scope_count;
    struct map taken[CDK_NAMES]; /* names of the whole */
    struct map exports;
    struct json *sections[CDK_NAMES];
    unsigned depth;
};

const char *cdk_section(enum cdk_names names)
{
    static const char *const sections[CDK_NAMES] = {
        [CDK_RESOURCES]  = "Resources",
        [CDK_PARAMETERS] = "Parameters",
        [CDK_MAPPINGS]   = "Mappings",
        [CDK_CONDITIONS] = "Conditions",
    };

    return sections[names];
}

static const struct json *section_of(const struct cdk_scope *scope, enum cdk_names names)
{
    return reading_members(json_find(scope->document, cdk_section(names)));
}

/* The name itself, or with the first number that nobody has. */
static char *take_name(struct merge *merge, enum cdk_names names, const char *name)
{
    char *taken = arena_copy_string(merge->cdk->arena, name);

    for (unsigned i = 2; map_find(&merge->taken[names], taken); i++)
        taken = arena_format(merge->cdk->arena, "%s-%u", name, i);
    map_put(&merge->taken[names], taken, merge);
    return taken;
}

static struct cdk_value *new_value(struct merge *merge, struct cdk_scope *scope,
                                   const struct json *source)
{
    struct cdk_value *value = arena_new(merge->cdk->arena, sizeof *value);

    value->scope  = scope;
    value->source = source;
    return value;
}

/* Parameters of a nested stack are what its parent gives, or their defaults. */
static void note_parameters(struct merge *merge, struct cdk_scope *scope)
{
    for (const struct json *parameter = section_of(scope, CDK_PARAMETERS); parameter;
         parameter                    = parameter->next) {
        const struct json *given     = json_find(scope->given, parameter->name);
        const struct json *otherwise = json_find(parameter, "Default");

        if (!scope->parent)
            map_put(&scope->names[CDK_PARAMETERS], parameter->name,
                    take_name(merge, CDK_PARAMETERS, parameter->name));
        else if (given || otherwise)
            map_put(&scope->parameters, parameter->name,
                    new_value(merge, given ? scope->parent : scope, given ? given : otherwise));
    }
}

static void note_outputs(struct merge *merge, struct cdk_scope *scope)
{
    for (const struct json *output = reading_members(json_find(scope->document, "Outputs")); output;
         output                    = output->next) {
        const struct json *source = json_find(output, "Value");
        const char *name          = json_find_string(json_find(output, "Export"), "Name");
        struct cdk_value *value   = source ? new_value(merge, scope, source) : NULL;

        if (!value)
            continue;
        map_put(&scope->outputs, output->name, value);
        if (name)
            map_put(&merge->exports, name, value);
    }
}

static void note_names(struct merge *merge, struct cdk_scope *scope)
{
    static const enum cdk_names kinds[] = {CDK_RESOURCES, CDK_MAPPINGS, CDK_CONDITIONS};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        for (const struct json *member = section_of(scope, kinds[i]); member; member = member->next)
            map_put(&scope->names[kinds[i]], member->name,
                    take_name(merge, kinds[i], member->name));
    }
    note_parameters(merge, scope);
    note_outputs(merge, scope);
}

static struct cdk_scope *add_scope(struct merge *merge, const struct json *document,
                                   const char *folder, const struct json *files)
{
    struct cdk_scope *scope;

    if (merge->scope_count == SCOPES_MAX) {
        cdk_error(merge->cdk, NULL, "more than %d stacks belong together", SCOPES_MAX);
        return NULL;
    }
    scope                               = arena_new(merge->cdk->arena, sizeof *scope);
    scope->cdk                          = merge->cdk;
    scope->document                     = document;
    scope->folder                       = folder;
    scope->files                        = files;
    scope->exports                      = &merge->exports;
    scope->depth                        = &merge->depth;
    merge->scopes[merge->scope_count++] = scope;
    return scope;
}

/* A nested stack is there when its parent is and its own condition holds. */
static const char *nested_condition(struct merge *merge, const struct cdk_scope *scope,
                                    const struct json *resource)
{
    const char *own = json_find_string(resource, "Condition");
    const char *both;
    struct json *list;
    struct json *condition;

    own = own ? cdk_name(scope, CDK_CONDITIONS, own) : NULL;
    if (!own || !scope->condition)
        return own ? own : scope->condition;
    both = take_name(merge, CDK_CONDITIONS,
                     arena_format(merge->cdk->arena, "%s-%s", scope->condition, own));
    list = build_value(merge->cdk->arena, JSON_ARRAY, resource);
    for (size_t i = 0; i < 2; i++) {
        const char *name    = i == 0 ? scope->condition : own;
        struct json *single = build_value(merge->cdk->arena, JSON_OBJECT, resource);

        build_add(single, "Condition",
                  build_string(merge->cdk->arena, name, strlen(name), resource));
        build_add(list, NULL, single);
    }
    condition = build_value(merge->cdk->arena, JSON_OBJECT, resource);
    build_add(condition, "Fn::And", list);
    build_add(merge->sections[CDK_CONDITIONS], both, condition);
    return both;
}

static bool is_in_itself(const struct cdk_scope *scope, const struct json *document)
{
    while (scope && scope->document != document)
        scope = scope->parent;
    return scope != NULL;
}

static void add_nested(struct merge *merge, struct cdk_scope *parent, const struct json *resource)
{
    const char *file            = cdk_assembly_nested(merge->cdk, parent->folder, resource);
    const struct json *document = file ? cdk_open(merge->cdk, file, resource) : NULL;
    struct cdk_scope *scope;

    if (!document)
        return;
    if (is_in_itself(parent, document)) {
        cdk_error(merge->cdk, resource, "%s is nested in itself", file);
        return;
    }
    scope = add_scope(merge, document, parent->folder, parent->files);
    if (!scope)
        return;
    scope->parent    = parent;
    scope->given     = json_find(json_find(resource, "Properties"), "Parameters");
    scope->condition = nested_condition(merge, parent, resource);
    map_put(&parent->nested, resource->name, scope);
    note_names(merge, scope);
}

/* The stacks nested in those from the given one on; the list grows meanwhile. */
static void add_all_nested(struct merge *merge, size_t from)
{
    for (size_t i = from; i < merge->scope_count; i++) {
        for (const struct json *resource = section_of(merge->scopes[i], CDK_RESOURCES); resource;
             resource                    = resource->next)
            add_nested(merge, merge->scopes[i], resource);
    }
}

static bool is_added(const struct merge *merge, const struct cdk_stack *stack)
{
    for (size_t i = 0; i < merge->added_count; i++) {
        if (merge->added[i] == stack)
            return true;
    }
    return false;
}

static void want(struct merge *merge, const struct cdk_stack *stack)
{
    if (stack && !is_added(merge, stack))
        merge->added[merge->added_count++] = stack;
}

/* A stack depends on those that it imports from. */
static void want_dependencies(struct merge *merge, const struct cdk_stack *stack)
{
    const struct json *dependencies = json_find(stack->artifact, "dependencies");

    for (const struct json *id =
             dependencies && dependencies->kind == JSON_ARRAY ? dependencies->first : NULL;
         id; id = id->next) {
        if (id->kind == JSON_STRING)
            want(merge, cdk_assembly_find(merge->assembly, id->string, stack));
    }
}

static void add_stacks(struct merge *merge, const struct cdk_stack *stack)
{
    want(merge, stack);
    for (size_t i = 0; i < merge->added_count; i++) {
        const struct cdk_stack *added = merge->added[i];
        const struct json *document   = cdk_open(merge->cdk, added->file, added->artifact);
        size_t from                   = merge->scope_count;
        struct cdk_scope *scope       = document ? add_scope(merge, document, added->folder,
                                                             cdk_assembly_assets(merge->cdk, added))
                                                 : NULL;

        if (!scope)
            continue;
        note_names(merge, scope);
        add_all_nested(merge, from);
        want_dependencies(merge, added);
    }
}

/* Assets. */

static bool is_published_as(const struct json *file, const char *key)
{
    for (const struct json *destination = reading_members(json_find(file, "destinations"));
         destination; destination       = destination->next) {
        const char *own = json_find_string(destination, "objectKey");

        if (own && strcmp(own, key) == 0)
            return true;
    }
    return false;
}

/* Where the object of that key comes from: "asset.0123"; NULL: none of these assets. */
static const char *find_asset(const struct cdk_scope *scope, const char *key)
{
    const char *slash = strrchr(key, '/');
    const char *name  = slash ? slash + 1 : key;
    const char *hash  = arena_copy(scope->cdk->arena, name, strcspn(name, "."));
    const struct json *file =
        scope->files && scope->files->kind == JSON_OBJECT ? json_find(scope->files, hash) : NULL;

    for (const struct json *other = file ? NULL : reading_members(scope->files); other && !file;
         other                    = other->next)
        file = is_published_as(other, key) ? other : NULL;
    return json_find_string(json_find(file, "source"), "path");
}

static const char *find_code(const struct cdk_scope *scope, const struct json *resource,
                             const char *property)
{
    const struct json *code     = json_find(json_find(resource, "Properties"), property);
    const struct json *metadata = json_find(resource, "Metadata");
    const char *key             = json_find_string(code, "S3Key");
    const char *path            = key ? find_asset(scope, key) : NULL;
    const char *of              = json_find_string(metadata, "aws:asset:property");

    if (json_find(code, "ZipFile") || json_find(code, "ImageUri"))
        return NULL;
    if (!path && (!of || strcmp(of, property) == 0))
        path = json_find_string(metadata, "aws:asset:path");
    return path ? cdk_join(scope->cdk, scope->folder, path) : NULL;
}

/* Resources. */

static bool is_custom(const char *type)
{
    return strncmp(type, "Custom::", 8) == 0 ||
           strcmp(type, "AWS::CloudFormation::CustomResource") == 0;
}

/* Puts the functions that work for custom resources while AWS deploys into out. */
static void note_providers(const struct cdk_scope *scope, struct map *out)
{
    for (const struct json *resource = section_of(scope, CDK_RESOURCES); resource;
         resource                    = resource->next) {
        const char *type         = json_find_string(resource, "Type");
        const struct json *token = json_find(json_find(resource, "Properties"), "ServiceToken");
        const struct json *id    = json_find(token, "Fn::GetAtt");

        if (type && is_custom(type) && id && id->kind == JSON_ARRAY && id->first &&
            id->first->kind == JSON_STRING)
            map_put(out, id->first->string, scope->cdk);
    }
}

static void add_string(struct cdk_scope *scope, struct json *object, const char *name,
                       const char *string, const struct json *where)
{
    build_add(object, name, build_string(scope->cdk->arena, string, strlen(string), where));
}

/* The properties with the asset's path in place of where AWS has it. */
static struct json *write_properties(struct cdk_scope *scope, const struct json *resource,
                                     const struct json *properties, const char *property)
{
    const char *path  = property ? find_code(scope, resource, property) : NULL;
    struct json *copy = build_value(scope->cdk->arena, JSON_OBJECT, properties);

    for (const struct json *member = properties->first; member; member = member->next) {
        struct json *value;

        if (path && strcmp(member->name, property) == 0) {
            add_string(scope, copy, property, path, member);
            continue;
        }
        value         = cdk_rewrite(scope, member);
        value->line   = member->line;
        value->column = member->column;
        build_add(copy, member->name, value);
    }
    return copy;
}

/* The property with the code of a resource of that type; NULL: it has none. */
static const char *code_property(const char *type)
{
    if (strcmp(type, "AWS::Lambda::Function") == 0)
        return "Code";
    return strcmp(type, "AWS::Lambda::LayerVersion") == 0 ? "Content" : NULL;
}

static void write_resource(struct merge *merge, struct cdk_scope *scope,
                           const struct json *resource, const struct map *providers)
{
    const char *type              = json_find_string(resource, "Type");
    const struct json *properties = json_find(resource, "Properties");
    const struct json *condition  = json_find(resource, "Condition");
    const char *created_if =
        condition && scope->condition ? nested_condition(merge, scope, resource) : scope->condition;
    struct json *copy = build_value(merge->cdk->arena, JSON_OBJECT, resource);
    bool is_dealt_with =
        map_find(&scope->nested, resource->name) || map_find(providers, resource->name);

    if (type)
        add_string(scope, copy, "Type", is_dealt_with ? DEALT_WITH : type,
                   json_find(resource, "Type"));
    if (created_if)
        add_string(scope, copy, "Condition", created_if, resource);
    else if (condition)
        build_add(copy, "Condition",
                  condition->kind == JSON_STRING
                      ? build_string(
                            merge->cdk->arena, cdk_name(scope, CDK_CONDITIONS, condition->string),
                            strlen(cdk_name(scope, CDK_CONDITIONS, condition->string)), condition)
                      : build_copy(merge->cdk->arena, condition));
    if (type && !is_dealt_with && properties && properties->kind == JSON_OBJECT)
        build_add(copy, "Properties",
                  write_properties(scope, resource, properties, code_property(type)));
    build_add(merge->sections[CDK_RESOURCES], cdk_name(scope, CDK_RESOURCES, resource->name), copy);
}

static void write_section(struct merge *merge, struct cdk_scope *scope, enum cdk_names names)
{
    for (const struct json *member = section_of(scope, names); member; member = member->next) {
        const char *name  = cdk_name(scope, names, member->name);
        struct json *copy = cdk_rewrite(scope, member);

        copy->line   = member->line;
        copy->column = member->column;
        if (names != CDK_PARAMETERS || strcmp(member->name, BOOTSTRAP_VERSION) != 0)
            build_add(merge->sections[names], name, copy);
    }
}

static void write_scope(struct merge *merge, struct cdk_scope *scope)
{
    const struct json *transform = json_find(scope->document, "Transform");
    struct map providers         = {0};

    if (transform)
        cdk_error(merge->cdk, transform,
                  "templates with a Transform can't be read from an assembly: start the template "
                  "itself");
    note_providers(scope, &providers);
    for (const struct json *resource = section_of(scope, CDK_RESOURCES); resource;
         resource                    = resource->next)
        write_resource(merge, scope, resource, &providers);
    write_section(merge, scope, CDK_MAPPINGS);
    write_section(merge, scope, CDK_CONDITIONS);
    if (!scope->parent)
        write_section(merge, scope, CDK_PARAMETERS);
    map_deinit(&providers);
}

static int compare_lines(const void *a, const void *b)
{
    unsigned one = (*(struct cdk_scope *const *)a)->document->line;
    unsigned two = (*(struct cdk_scope *const *)b)->document->line;

    return (one > two) - (one < two);
}

static void deinit(struct merge *merge)
{
    for (size_t i = 0; i < merge->scope_count; i++) {
        struct cdk_scope *scope = merge->scopes[i];

        for (size_t j = 0; j < CDK_NAMES; j++)
            map_deinit(&scope->names[j]);
        map_deinit(&scope->nested);
        map_deinit(&scope->parameters);
        map_deinit(&scope->outputs);
    }
    for (size_t i = 0; i < CDK_NAMES; i++)
        map_deinit(&merge->taken[i]);
    map_deinit(&merge->exports);
}

struct json *cdk_merge(struct cdk *cdk, const struct cdk_assembly *assembly,
                       const struct cdk_stack *stack)
{
    struct merge *merge   = arena_new(cdk->arena, sizeof *merge);
    struct json *document = build_value(cdk->arena, JSON_OBJECT, stack->artifact);

    merge->cdk      = cdk;
    merge->assembly = assembly;
    for (size_t i = 0; i < CDK_NAMES; i++)
        merge->sections[i] = build_container(cdk->arena, document, cdk_section((enum cdk_names)i),
                                             JSON_OBJECT, NULL);
    add_stacks(merge, stack);

    /* Whoever looks for the resource of a line expects them in order. */
    qsort(merge->scopes, merge->scope_count, sizeof(struct cdk_scope *), compare_lines);
    for (size_t i = 0; i < merge->scope_count; i++)
        write_scope(merge, merge->scopes[i]);
    deinit(merge);
    return document;
}
