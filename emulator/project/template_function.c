#include "project/template_function.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"
#include "project/build_method.h"
#include "project/function_options.h"
#include "project/intrinsics.h"
#include "project/project.h"
#include "project/reading.h"
#include "project/template.h"
#include "json/build.h"
#include "json/json.h"

#define FUNCTION     "AWS::Lambda::Function"
#define LAYER_PREFIX ":layer:"

/* The last one is where every other runtime ends up. */
static const char *const runnable[] = {"nodejs", "python", "ruby",  "provided",
                                       "go1.x",  "java",   "dotnet"};

static bool is_runnable(const char *runtime)
{
    for (size_t i = 0; i < ARRAY_SIZE(runnable); i++) {
        if (text_behind(runtime, runnable[i]))
            return true;
    }
    return false;
}

/* SAM's CodeUri, or CloudFormation's Code before `aws cloudformation package`. */
static const struct json *find_code(struct template *template,
                                    const struct template_resource *resource)
{
    return template_property(template, resource,
                             json_find(resource->properties, "CodeUri") ? "CodeUri" : "Code");
}

/* Why it can't be run here, and in *where what says so; NULL if it can. Something else that is
 * wrong is found later. */
static const char *find_obstacle(struct template *template,
                                 const struct template_resource *resource,
                                 const struct json **where)
{
    const char *package = template_text(template, resource, "PackageType");
    const char *runtime;

    *where = resource->where;
    if (package && strcmp(package, "Image") == 0)
        return "a function in a container image can't be run here: give it a Runtime and CodeUri";
    template->place = resource->id;
    runtime         = template_text(template, resource, "Runtime");
    *where          = json_find(resource->properties, "Runtime");
    if (runtime && !is_runnable(runtime))
        return arena_format(
            template->arena,
            "%s can't be run here: nodejs…, python…, ruby…, java…, dotnet… and provided… can",
            runtime);
    return NULL;
}

static void pass_text(struct template *template, const struct template_resource *resource,
                      const char *name, const char *as, struct json *function)
{
    const char *text          = template_text(template, resource, name);
    const struct json *member = json_find(resource->properties, name);

    if (text && member)
        build_add(function, as, build_string(template->arena, text, strlen(text), member));
}

/* AWS: the handler of go1.x is the executable's path; nothing is called "bootstrap" there. */
static void pass_executable(struct template *template, const struct template_resource *resource,
                            struct json *function)
{
    const char *runtime        = json_find_string(function, "runtime");
    const struct json *handler = json_find(function, "handler");
    struct json *command;
    const char *path;

    if (!runtime || strcmp(runtime, "go1.x") != 0 || !handler || handler->size == 0)
        return;
    command = build_container(template->arena, function, "command", JSON_ARRAY, resource->where);
    path    = arena_format(template->arena, "%s%s", handler->string[0] == '/' ? "" : "./",
                           handler->string);
    build_add(command, NULL, build_string(template->arena, path, strlen(path), handler));
}

static void pass_number(struct template *template, const struct template_resource *resource,
                        const char *name, const char *as, struct json *function)
{
    const struct json *number = template_number(template, resource, name);

    if (number)
        build_add(function, as, build_copy(template->arena, number));
}

/* Paths in the template are relative to its own folder, which needn't be the project's. */
static struct json *new_path(struct template *template, const char *path, const struct json *where)
{
    const char *folder = template->project->folder;
    const char *file   = template->project->file;
    size_t size        = strlen(folder);
    const char *slash  = strrchr(file, '/');

    if (path[0] != '/' && slash && (size_t)(slash - file) > size &&
        strncmp(file, folder, size) == 0)
        path = arena_format(template->arena, "%.*s/%s", (int)((size_t)(slash - file) - size - 1),
                            file + size + 1, path);
    return build_string(template->arena, path, strlen(path), where);
}

static bool is_local(const struct json *path)
{
    return path && path->kind == JSON_STRING && path->size > 0 &&
           strncmp(path->string, "s3://", 5) != 0;
}

/* A folder, or the code itself. */
static void pass_code(struct template *template, const struct template_resource *resource,
                      struct json *function)
{
    const struct json *value = find_code(template, resource);
    const struct json *code  = json_find(value, "ZipFile");

    if (!code && json_find(resource->properties, "InlineCode"))
        code = template_property(template, resource, "InlineCode");
    if (code && code->kind == JSON_STRING)
        build_add(function, "inlineCode", build_copy(template->arena, code));
    else if (is_local(value))
        build_add(function, "codeUri", new_path(template, value->string, value));
    else if (value)
        template_warn(template, value,
                      "is not on this machine: the template's own folder stands for it");
}

static bool is_layer(const struct template_resource *resource)
{
    return strcmp(resource->type, "AWS::Lambda::LayerVersion") == 0 ||
           strcmp(resource->type, "AWS::Serverless::LayerVersion") == 0;
}

/* The folder of a layer of this template, "arn:aws:lambda:…:layer:NAME:1"; NULL: it has none, or
 * is another one. */
static struct json *find_layer(struct template *template, const struct json *arn)
{
    const char *name = strstr(arn->string, LAYER_PREFIX);
    size_t size;

    if (!name)
        return NULL;
    name += strlen(LAYER_PREFIX);
    size = strcspn(name, ":");
    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];
        const struct json *content;
        const char *own;

        if (!is_layer(resource) || !resource->is_created)
            continue;
        own = template_name(template, resource);
        if (strlen(own) != size || strncmp(own, name, size) != 0)
            continue;
        content = template_property(template, resource,
                                    json_find(resource->properties, "ContentUri") ? "ContentUri"
                                                                                  : "Content");
        if (!is_local(content))
            return NULL;
        resource->is_handled = true;
        return new_path(template, content->string, content);
    }
    return NULL;
}

static void pass_layers(struct template *template, const struct template_resource *resource,
                        struct json *function)
{
    const struct json *layers = template_property(template, resource, "Layers");
    struct json *folders      = build_value(template->arena, JSON_ARRAY, layers);

    if (!layers || layers->kind != JSON_ARRAY)
        return;
    for (const struct json *layer = layers->first; layer; layer = layer->next) {
        struct json *folder = layer->kind == JSON_STRING ? find_layer(template, layer) : NULL;

        template->place = arena_format(template->arena, "%s.Layers", resource->id);
        if (folder)
            build_add(folders, NULL, folder);
        else if (layer->kind == JSON_STRING && !template->is_layer_told)
            template_warn(template, layer,
                          "the layer %s isn't on this machine: handlers don't find what is in it "
                          "(said once)",
                          layer->string);
        template->is_layer_told |= !folder;
    }
    if (folders->count > 0)
        build_add(function, "layers", folders);
}

static void pass_environment(struct template *template, const struct template_resource *resource,
                             struct json *function)
{
    const struct json *environment = template_property(template, resource, "Environment");
    const struct json *variables   = json_find(environment, "Variables");
    struct json *out;

    if (!reading_members(variables))
        return;
    out = build_container(template->arena, function, "environment", JSON_OBJECT, variables);
    for (const struct json *variable = variables->first; variable; variable = variable->next) {
        const char *text = template_text_of(template, variable);

        template->place = arena_format(template->arena, "%s.Environment.Variables.%s", resource->id,
                                       variable->name);
        if (text)
            build_add(out, variable->name,
                      build_string(template->arena, text, strlen(text), variable));
        else
            template_error(template, variable, "is %s, and must be a text",
                           json_kind_name(variable->kind));
    }
}

/* What is bundled before it goes to AWS; what `sam build` has made is. */
static void pass_build_method(struct template *template, const struct template_resource *resource,
                              struct json *function)
{
    const struct json *metadata = json_find(resource->where, "Metadata");
    struct json *handler        = json_find(function, "handler");
    struct json *options;

    if (template->project->is_built || !reading_members(metadata))
        return;
    template->place = arena_format(template->arena, "%s.Metadata", resource->id);
    metadata        = intrinsics_resolve(template->intrinsics, metadata);
    options         = build_method_options(template->arena, metadata);
    if (!options)
        return;
    build_add(function, "esbuild", options);
    if (!handler)
        return;
    handler->string = build_method_handler(template->arena, metadata, handler->string);
    handler->size   = strlen(handler->string);
}

static void write_function(struct template *template, struct template_resource *resource,
                           struct json *functions)
{
    struct json *function = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *name      = template_name(template, resource);

    if (json_find(functions, name)) {
        template->place = resource->id;
        template_error(template, resource->where, "there is another function called %s", name);
        return;
    }
    pass_text(template, resource, "Runtime", "runtime", function);
    pass_text(template, resource, "Handler", "handler", function);
    pass_executable(template, resource, function);
    pass_number(template, resource, "Timeout", "timeout", function);
    pass_number(template, resource, "MemorySize", "memorySize", function);
    pass_code(template, resource, function);
    pass_build_method(template, resource, function);
    pass_layers(template, resource, function);
    pass_environment(template, resource, function);
    build_add(functions, name, function);
}

/* True if the command line names an endpoint that runs it. */
static bool is_elsewhere(struct template *template, struct template_resource *resource)
{
    char *const *elsewhere = template->options->elsewhere;

    return elsewhere && (function_options_has_url(elsewhere, resource->called) ||
                         function_options_has_url(elsewhere, template_name(template, resource)));
}

/* The endpoint itself comes later, when all options are applied: this one only says that there is
 * one. */
static void write_elsewhere(struct template *template, struct template_resource *resource,
                            struct json *functions)
{
    static const char url[] = FUNCTION_URL_EXAMPLE;
    struct json *function   = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *name        = template_name(template, resource);

    if (json_find(functions, name))
        return;
    build_add(function, "url", build_string(template->arena, url, strlen(url), resource->where));
    build_add(functions, name, function);
}

void template_function_write(struct template *template, struct json *document,
                             const struct map *used)
{
    struct json *functions =
        build_container(template->arena, document, "functions", JSON_OBJECT, template->document);

    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];
        const struct json *where;
        const char *obstacle;

        if (strcmp(resource->type, FUNCTION) != 0)
            continue;
        resource->is_handled = true;
        if (!resource->is_created)
            continue;
        obstacle = find_obstacle(template, resource, &where);
        if (is_elsewhere(template, resource))
            write_elsewhere(template, resource, functions);
        else if (!obstacle)
            write_function(template, resource, functions);
        else if (map_find(used, template_name(template, resource)))
            template_error(template, where, "%s", obstacle);
        else
            template_warn(template, where, "is left out: %s", obstacle);
    }
    template->place = NULL;
}

void template_function_note_ids(struct template *template, struct registry *registry)
{
    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];
        struct function *function          = NULL;

        if (strcmp(resource->type, FUNCTION) == 0 && resource->is_created)
            function = registry_find_function(registry, template_name(template, resource));
        if (function && !function->logical_id)
            function->logical_id = memory_copy_string(resource->called);
    }
}
