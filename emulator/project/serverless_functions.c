#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "project/reading.h"
#include "project/serverless_state.h"
#include "project/template.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"

/* Serverless Framework: what a function has that says nothing about it. */
#define RUNTIME_DEFAULT "nodejs20.x"
#define TIMEOUT_DEFAULT 6
#define MEMORY_DEFAULT  1024

/* What a function may have; those that change nothing here are silent. */
static const char *const keys[] = {
    "architecture",
    "awsKmsKeyArn",
    "build",
    "condition",
    "dependsOn",
    "description",
    "destinations",
    "disableLogs",
    "durableConfig",
    "entrypoint",
    "environment",
    "ephemeralStorageSize",
    "events",
    "fileSystemConfig",
    "handler",
    "iamRoleStatements",
    "iamRoleStatementsInherit",
    "iamRoleStatementsName",
    "image",
    "kmsKeyArn",
    "layers",
    "logRetentionInDays",
    "logs",
    "maximumEventAge",
    "maximumRetryAttempts",
    "memorySize",
    "module",
    "name",
    "onError",
    "package",
    "provisionedConcurrency",
    "reservedConcurrency",
    "role",
    "runtime",
    "runtimeManagement",
    "snapStart",
    "tags",
    "tenancy",
    "timeout",
    "tracing",
    "url",
    "versionFunction",
    "vpc",
    "warmup",
};

/* A member of the function, otherwise of the provider, resolved; NULL if neither has it. */
static const struct json *find_setting(struct serverless *serverless, const struct json *function,
                                       const char *name)
{
    const struct json *value = variables_member(serverless->variables, function, name);

    if (!value)
        value = variables_member(serverless->variables, serverless->provider, name);
    return value ? variables_resolve(serverless->variables, value) : NULL;
}

static void put_setting(struct serverless *serverless, const struct json *function,
                        const char *name, struct json *otherwise, const char *property,
                        struct json *properties)
{
    const struct json *value = find_setting(serverless, function, name);

    build_add(properties, property, value ? build_copy(serverless->arena, value) : otherwise);
}

/* Adds variables that aren't there yet; null takes one away. */
static void add_variables(struct serverless *serverless, const struct json *owner,
                          const char *place, struct json *out)
{
    const struct json *variables = variables_member(serverless->variables, owner, "environment");
    const char *outer            = serverless->place;

    if (!variables)
        return;
    serverless->place = place;
    variables         = variables_resolve(serverless->variables, variables);
    if (variables->kind != JSON_OBJECT && variables->kind != JSON_NULL)
        serverless_error(serverless, variables, "must be a map of variables, and is %s",
                         json_kind_name(variables->kind));
    for (const struct json *member = reading_members(variables); member; member = member->next) {
        if (!json_find(out, member->name))
            build_add(out, member->name, build_copy(serverless->arena, member));
    }
    serverless->place = outer;
}

/* The plugin serverless-pseudo-parameters: "#{AWS::Region}" is what "${AWS::Region}" is to Fn::Sub.
 */
static struct json *read_pseudo(const struct serverless *serverless, const struct json *value)
{
    struct json *sub;
    char *text;

    if (value->kind != JSON_STRING || !strstr(value->string, "#{AWS::"))
        return build_copy(serverless->arena, value);
    text = arena_copy(serverless->arena, value->string, value->size);
    for (char *at = strstr(text, "#{"); at; at = strstr(at, "#{"))
        *at = '$';
    sub = build_value(serverless->arena, JSON_OBJECT, value);
    build_add(sub, "Fn::Sub", serverless_string(serverless, text, value));
    return sub;
}

static void put_environment(struct serverless *serverless, const struct json *function,
                            struct json *properties)
{
    struct arena *arena = serverless->arena;
    struct json *all    = build_value(arena, JSON_OBJECT, function);
    struct json *environment =
        build_container(arena, properties, "Environment", JSON_OBJECT, function);
    struct json *out = build_container(arena, environment, "Variables", JSON_OBJECT, function);

    add_variables(serverless, function,
                  arena_format(arena, "functions.%s.environment", function->name), all);
    add_variables(serverless, serverless->provider, "provider.environment", all);
    for (const struct json *member = all->first; member; member = member->next) {
        if (member->kind != JSON_NULL)
            build_add(out, member->name, read_pseudo(serverless, member));
    }
    /* serverless-offline: what tells a handler that it runs on somebody's machine. */
    if (!json_find(all, "IS_OFFLINE"))
        build_add(out, "IS_OFFLINE", serverless_string(serverless, "true", function));
}

/* A package that somebody has made, of the function or of all of them. */
static void put_artifact(struct serverless *serverless, const struct json *function,
                         struct json *properties)
{
    const struct json *const owners[] = {function, serverless->document};

    for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
        const struct json *package = variables_member(serverless->variables, owners[i], "package");
        const struct json *artifact =
            package ? variables_member(serverless->variables, package, "artifact") : NULL;

        if (!artifact)
            continue;
        build_add(
            properties, "Code",
            build_copy(serverless->arena, variables_resolve(serverless->variables, artifact)));
        return;
    }
}

/* What runs the function: a container image, or a runtime with a handler. */
static void put_code(struct serverless *serverless, const struct json *function,
                     struct json *properties)
{
    const struct json *handler = variables_member(serverless->variables, function, "handler");
    const struct json *image   = json_find(function, "image");

    if (image && !handler) {
        build_add(properties, "PackageType", serverless_string(serverless, "Image", image));
        return;
    }
    put_setting(serverless, function, "runtime",
                serverless_string(serverless, RUNTIME_DEFAULT, function), "Runtime", properties);
    put_artifact(serverless, function, properties);
    if (handler)
        build_add(properties, "Handler", build_copy(serverless->arena, handler));
}

/* serverless-esbuild's options, or those of the framework's own bundling; NULL: there are none. */
static const struct json *find_bundling(struct serverless *serverless)
{
    static const char *const owners[] = {"custom", "build"};

    for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
        const struct json *owner =
            variables_member(serverless->variables, serverless->document, owners[i]);
        const struct json *options =
            owner ? variables_member(serverless->variables, owner, "esbuild") : NULL;

        if (options)
            return variables_resolve(serverless->variables, options);
    }
    return NULL;
}

/* As SAM says it, under names that begin in upper case. */
static void put_build_method(struct serverless *serverless, const struct json *function,
                             const char *id)
{
    const struct json *options = find_bundling(serverless);
    struct arena *arena        = serverless->arena;
    struct json *metadata;
    struct json *properties;

    if (!options || options->kind == JSON_BOOLEAN)
        return;
    metadata = build_container(arena, json_find(serverless->resources, id), "Metadata", JSON_OBJECT,
                               function);
    properties = build_container(arena, metadata, "BuildProperties", JSON_OBJECT, function);
    build_add(metadata, "BuildMethod", serverless_string(serverless, "esbuild", options));
    for (const struct json *option = reading_members(options); option; option = option->next) {
        char *name = arena_copy(arena, option->name, strlen(option->name));

        name[0] = (char)toupper((unsigned char)name[0]);
        build_add(properties, name, build_copy(arena, option));
    }
}

/* An indentation that is missing: "route" beside "websocket", not below it. */
static bool is_flat(const struct json *event)
{
    const struct json *first = event->first;

    return event->count > 1 && first->kind == JSON_NULL;
}

static void note_event(struct serverless *serverless, const struct json *event)
{
    const char *kind = event->name;

    if (strcmp(kind, "httpApi") == 0 && serverless_notices(serverless, "httpApi"))
        build_add(serverless_add_resource(serverless, "HttpApi", "AWS::ApiGatewayV2::Api", event),
                  "ProtocolType", serverless_string(serverless, "HTTP", event));
    else if (strcmp(kind, "http") == 0 && serverless_notices(serverless, "http"))
        serverless_add_resource(serverless, "ApiGatewayRestApi", "AWS::ApiGateway::RestApi", event);
    else if (serverless_notices(serverless, kind))
        serverless_warn(serverless, event,
                        "events of the kind %s are not run here, only those of websocket: `postern "
                        "invoke` calls a function with any event",
                        kind);
}

static void write_event(struct serverless *serverless, const struct json *function,
                        const struct json *event)
{
    event = variables_look(serverless->variables, event);
    if (event->kind == JSON_STRING && strcmp(event->string, "websocket") != 0) {
        struct json *named = build_value(serverless->arena, JSON_NULL, event);

        named->name = event->string;
        note_event(serverless, named);
        return;
    }
    if (event->kind != JSON_OBJECT || event->count == 0) {
        serverless_error(
            serverless, event,
            "an event is written like \"- websocket: $connect\", or like \"- "
            "websocket:\" with \"route: $connect\" in the next line, indented further");
        return;
    }
    if (is_flat(event))
        serverless_error(serverless, event->first->next,
                         "\"%s\" stands beside \"%s\", and belongs to it: indent it further",
                         event->first->next->name, event->first->name);
    else if (strcmp(event->first->name, "websocket") == 0)
        serverless_websocket_write(serverless, function, event->first);
    else
        note_event(serverless, event->first);
}

/* Serverless Framework: the function's own list, otherwise the provider's. */
static void put_layers(struct serverless *serverless, const struct json *function,
                       struct json *properties)
{
    const struct json *layers = find_setting(serverless, function, "layers");

    if (layers && layers->kind == JSON_ARRAY)
        build_add(properties, "Layers", build_copy(serverless->arena, layers));
    else if (layers && layers->kind != JSON_NULL)
        serverless_error(serverless, layers, "layers must be a list: put a \"-\" in front of each");
}

/* People call a function by its key in the file, which is neither its name nor its logical id. */
static void put_key(struct serverless *serverless, const struct json *function)
{
    struct json *resource = serverless->resources->last;
    struct json *metadata =
        build_container(serverless->arena, resource, "Metadata", JSON_OBJECT, function);

    build_add(metadata, TEMPLATE_CALLED, serverless_string(serverless, function->name, function));
}

static void write_events(struct serverless *serverless, const struct json *function)
{
    const struct json *events = variables_member(serverless->variables, function, "events");

    if (!events)
        return;
    if (events->kind != JSON_ARRAY) {
        serverless_error(serverless, events, "events must be a list: put a \"-\" in front of each");
        return;
    }
    for (const struct json *event = events->first; event; event = event->next)
        write_event(serverless, function, event);
}

static void write_function(struct serverless *serverless, const struct json *function)
{
    struct arena *arena     = serverless->arena;
    const char *id          = serverless_function_id(serverless, function->name);
    const struct json *name = variables_member(serverless->variables, function, "name");
    struct json *properties;

    if (json_find(serverless->resources, id)) {
        serverless_error(serverless, function, "there is another function called so");
        return;
    }
    serverless_check_keys(serverless, function, keys, ARRAY_SIZE(keys));
    properties = serverless_add_resource(serverless, id, "AWS::Lambda::Function", function);
    put_key(serverless, function);
    build_add(properties, "FunctionName",
              name ? build_copy(arena, variables_resolve(serverless->variables, name))
                   : serverless_string(serverless,
                                       arena_format(arena, "%s-%s-%s", serverless->service,
                                                    serverless->stage, function->name),
                                       function));
    put_code(serverless, function, properties);
    put_build_method(serverless, function, id);
    put_setting(serverless, function, "timeout", build_number(arena, TIMEOUT_DEFAULT, function),
                "Timeout", properties);
    put_setting(serverless, function, "memorySize", build_number(arena, MEMORY_DEFAULT, function),
                "MemorySize", properties);
    put_environment(serverless, function, properties);
    put_layers(serverless, function, properties);
    write_events(serverless, function);
}

void serverless_functions_write(struct serverless *serverless)
{
    for (const struct json *member = reading_members(serverless->functions); member;
         member                    = member->next) {
        const struct json *function =
            variables_member(serverless->variables, serverless->functions, member->name);

        serverless->place = arena_format(serverless->arena, "functions.%s", member->name);
        if (function && function->kind == JSON_OBJECT)
            write_function(serverless, function);
        else if (function)
            serverless_error(serverless, member, "must be a map with a handler, and is %s",
                             json_kind_name(function->kind));
        serverless->place = NULL;
    }
    if (!json_find(serverless->resources, "IamRoleLambdaExecution"))
        serverless_add_resource(serverless, "IamRoleLambdaExecution", "AWS::IAM::Role",
                                serverless->provider);
}
