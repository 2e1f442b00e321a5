#include "project/postern_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "model/selection_expression.h"
#include "project/project.h"
#include "json/json.h"
#include "json/schema.h"

#define STAGE_NAME_DEFAULT "dev"
#define EXPRESSION_DEFAULT "$request.body.action"

/* AWS: route keys and stage names have at most 128 characters. */
#define NAME_SIZE_MAX 128

struct loading {
    const char *folder;
    const char *file; /* as messages name it */
    struct registry *registry;
    struct problems *problems;
};

static void report(const struct loading *loading, const struct json *where, const char *message)
{
    problems_add(loading->problems, false, loading->file, where->line, "%s", message);
}

static void on_schema_problem(void *owner, const struct json *where, const char *message)
{
    report(owner, where, message);
}

/* What the schema knows and the emulator can't run yet: refused by name, so that nothing runs half.
 */
static void refuse_unbuilt(const struct loading *loading, const struct json *object,
                           const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct json *member = json_find(object, names[i]);

        if (member)
            problems_add(loading->problems, false, loading->file, member->line,
                         "\"%s\" is not supported yet: remove it to run the rest", names[i]);
    }
}

static long long number_or(const struct json *object, const char *name, long long otherwise)
{
    const struct json *member = json_find(object, name);

    return member ? (long long)member->number : otherwise;
}

static void load_command(struct function *function, const struct json *command)
{
    size_t i = 0;

    function->command = memory_new((command->count + 1) * sizeof *function->command);
    for (const struct json *word = command->first; word; word = word->next)
        function->command[i++] = memory_copy_string(word->string);
}

static char *resolve_code_uri(const struct loading *loading, const struct json *object)
{
    const char *code_uri     = json_find_string(object, "codeUri");
    SCOPED_MEMORY char *path = NULL;
    char *resolved;

    if (!code_uri)
        return memory_copy_string(loading->folder);
    path     = code_uri[0] == '/' ? memory_copy_string(code_uri)
                                  : memory_format("%s/%s", loading->folder, code_uri);
    resolved = realpath(path, NULL);
    if (!resolved) {
        problems_add(loading->problems, true, loading->file, json_find(object, "codeUri")->line,
                     "the folder %s doesn't exist: the function can't be started", code_uri);
        resolved = memory_copy_string(path);
    }
    return resolved;
}

static bool has_prefix(const char *string, const char *prefix)
{
    return string && strncmp(string, prefix, strlen(prefix)) == 0;
}

static void check_runtime(const struct loading *loading, const struct json *object,
                          const struct function *function)
{
    bool needs_handler = has_prefix(function->runtime, "nodejs") ||
                         has_prefix(function->runtime, "python") ||
                         has_prefix(function->runtime, "ruby");

    if (function->command || json_find(object, "url"))
        return;
    if (!function->runtime)
        report(loading, object,
               "a function needs a \"runtime\" with a \"handler\", or a \"command\"");
    else if (needs_handler && !function->handler)
        problems_add(loading->problems, false, loading->file, object->line,
                     "%s needs a \"handler\", for example \"src/chat.handler\"", function->runtime);
    else if (!needs_handler && !has_prefix(function->runtime, "provided") &&
             strcmp(function->runtime, "go1.x") != 0)
        problems_add(
            loading->problems, false, loading->file, json_find(object, "runtime")->line,
            "the runtime %s can't be started by itself: give the function a \"command\" that "
            "speaks the Lambda Runtime API",
            function->runtime);
}

/* The file that a handler names, looked for as the bootstraps do. */
static void check_handler_file(const struct loading *loading, const struct json *object,
                               const struct function *function)
{
    static const char *const endings[] = {".js",  ".mjs", ".cjs", ".ts",
                                          ".mts", ".cts", ".py",  ".rb"};
    const char *slash;
    size_t size;

    if (function->command || !function->handler)
        return;
    slash = strrchr(function->handler, '/');
    slash = slash ? slash : function->handler;
    size  = (size_t)(slash - function->handler) + strcspn(slash, ".");
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        SCOPED_MEMORY char *path = memory_format("%s/%.*s%s", function->code_uri, (int)size,
                                                 function->handler, endings[i]);

        if (access(path, F_OK) == 0)
            return;
    }
    if (has_prefix(function->runtime, "provided"))
        return; /* the handler is only informative there */
    problems_add(loading->problems, true, loading->file, json_find(object, "handler")->line,
                 "no file for the handler %s is in %s: its invocations will fail",
                 function->handler, function->code_uri);
}

static void load_function(const struct loading *loading, const struct json *object)
{
    static const char *const unbuilt[] = {"url"};
    struct function *function          = registry_add_function(loading->registry);
    const struct json *environment     = json_find(object, "environment");

    refuse_unbuilt(loading, object, unbuilt, ARRAY_SIZE(unbuilt));
    function->name             = memory_copy_string(object->name);
    function->runtime          = memory_copy_string(json_find_string(object, "runtime"));
    function->handler          = memory_copy_string(json_find_string(object, "handler"));
    function->code_uri         = resolve_code_uri(loading, object);
    function->timeout_seconds  = (int)number_or(object, "timeout", FUNCTION_TIMEOUT_SECONDS);
    function->memory_megabytes = (int)number_or(object, "memorySize", FUNCTION_MEMORY_MEGABYTES);
    function->concurrency      = (int)number_or(object, "concurrency", FUNCTION_CONCURRENCY);
    if (json_find(object, "command"))
        load_command(function, json_find(object, "command"));
    for (const struct json *item = environment ? environment->first : NULL; item; item = item->next)
        name_values_put(&function->environment, item->name, item->string);
    check_runtime(loading, object, function);
    check_handler_file(loading, object, function);
}

static void check_route_key(const struct loading *loading, const struct json *object)
{
    const char *key = object->name;

    if (key[0] == '\0' || strlen(key) > NAME_SIZE_MAX)
        report(loading, object, "a route key has 1 to 128 characters");
    else if (key[0] == '$' && strcmp(key, "$connect") != 0 && strcmp(key, "$disconnect") != 0 &&
             strcmp(key, "$default") != 0)
        problems_add(loading->problems, false, loading->file, object->line,
                     "the route key %s is none of AWS's: $connect, $disconnect and $default are "
                     "the only ones that begin with '$'",
                     key);
}

static void load_route(const struct loading *loading, struct api *api, const struct json *object)
{
    static const char *const unbuilt[] = {
        "authorizer",       "authorizationType",        "apiKeyRequired",
        "integration",      "modelSelectionExpression", "requestModels",
        "requestParameters"};
    const char *function        = json_find_string(object, "function");
    const struct json *response = json_find(object, "routeResponse");
    struct route *route         = api_add_route(api);
    struct integration *integration;

    check_route_key(loading, object);
    refuse_unbuilt(loading, object, unbuilt, ARRAY_SIZE(unbuilt));
    route->route_id           = memory_format("r%06zu", api->route_count);
    route->route_key          = memory_copy_string(object->name);
    route->has_route_response = response && response->boolean;
    if (!function)
        return;
    if (!registry_find_function(loading->registry, function))
        problems_add(loading->problems, false, loading->file, json_find(object, "function")->line,
                     "there is no function \"%s\": define it under \"functions\"", function);
    integration                 = api_add_integration(api);
    integration->integration_id = memory_format("i%06zu", api->integration_count);
    integration->type           = INTEGRATION_AWS_PROXY;
    integration->function       = memory_copy_string(function);
    integration->timeout_milliseconds =
        (int)number_or(object, "timeoutInMillis", INTEGRATION_TIMEOUT_MILLISECONDS);
    route->integration_id = memory_copy_string(integration->integration_id);
}

/* AWS: names of letters, digits and '_'; values of these characters. */
static void check_stage_variable(const struct loading *loading, const struct json *variable)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~:/?#&=,";

    for (const char *at = variable->name; *at; at++) {
        if (!isalnum((unsigned char)*at) && *at != '_') {
            report(loading, variable, "a stage variable's name has letters, digits and '_' only");
            break;
        }
    }
    if (variable->size == 0 || strspn(variable->string, allowed) != variable->size)
        report(loading, variable,
               "a stage variable's value isn't empty and has letters, digits and -._~:/?#&=, only");
}

static void load_stage(const struct loading *loading, struct api *api, const char *name,
                       const struct json *object)
{
    const struct json *variables = object ? json_find(object, "stageVariables") : NULL;
    struct stage *stage          = api_add_stage(api);
    char deployment_id[7];

    id_random_name(deployment_id, sizeof deployment_id);
    stage->stage_name    = memory_copy_string(name);
    stage->deployment_id = memory_copy_string(deployment_id);
    for (const char *at = name; object && *at; at++) {
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-') {
            report(loading, object, "a stage name has letters, digits, '-' and '_' only");
            break;
        }
    }
    for (const struct json *item = variables ? variables->first : NULL; item; item = item->next) {
        check_stage_variable(loading, item);
        name_values_put(&stage->stage_variables, item->name, item->string);
    }
}

static void load_expression(const struct loading *loading, struct api *api,
                            const struct json *object)
{
    const char *source = json_find_string(object, "routeSelectionExpression");
    SCOPED_TEXT error  = {0};
    struct selection_expression *expression;

    api->route_selection_expression = memory_copy_string(source ? source : EXPRESSION_DEFAULT);
    expression = selection_expression_new(api->route_selection_expression, &error);
    if (!expression)
        problems_add(loading->problems, false, loading->file,
                     json_find(object, "routeSelectionExpression")->line,
                     "routeSelectionExpression: %s", text_string(&error));
    selection_expression_free(expression);
}

static void load_id(const struct loading *loading, struct api *api, const struct json *object)
{
    const char *id     = json_find_string(object, "id");
    const char *folder = strrchr(loading->folder, '/');
    char derived[11];

    id_derive_api(folder ? folder + 1 : loading->folder, object->name, derived);
    id = id ? id : derived;
    if (registry_find_api(loading->registry, id))
        problems_add(loading->problems, false, loading->file, object->line,
                     "two APIs have the id %s: give this one another", id);
    api->api_id = memory_copy_string(id);
}

static void load_api(const struct loading *loading, const struct json *object)
{
    static const char *const unbuilt[] = {"authorizers", "models", "apiKeySelectionExpression"};
    const struct json *routes          = json_find(object, "routes");
    const struct json *stages          = json_find(object, "stages");
    struct api api                     = {0};
    struct api *added;

    load_id(loading, &api, object);
    api.name = memory_copy_string(object->name);
    added    = registry_add_api(loading->registry);
    *added   = api;
    refuse_unbuilt(loading, object, unbuilt, ARRAY_SIZE(unbuilt));
    load_expression(loading, added, object);
    for (const struct json *route = routes ? routes->first : NULL; route; route = route->next)
        load_route(loading, added, route);
    for (const struct json *stage = stages ? stages->first : NULL; stage; stage = stage->next)
        load_stage(loading, added, stage->name, stage);
    if (!stages)
        load_stage(loading, added, STAGE_NAME_DEFAULT, NULL);
}

static void load_document(const struct loading *loading, const struct json *document)
{
    static const char *const unbuilt[] = {"apiKeys", "domainNames", "services"};
    const struct json *functions       = json_find(document, "functions");
    const struct json *apis            = json_find(document, "apis");

    refuse_unbuilt(loading, document, unbuilt, ARRAY_SIZE(unbuilt));
    for (const struct json *item = functions ? functions->first : NULL; item; item = item->next)
        load_function(loading, item);
    for (const struct json *item = apis ? apis->first : NULL; item; item = item->next)
        load_api(loading, item);
}

/* The whole file; false after reporting why not. */
static bool read_file(const struct loading *loading, const char *path, struct text *contents)
{
    FILE *file = fopen(path, "re");
    size_t size;

    if (!file) {
        problems_add(loading->problems, false, loading->file, 0, "%s", strerror(errno));
        return false;
    }
    size = fread(text_reserve(contents, PROJECT_FILE_SIZE_MAX + 1), 1, PROJECT_FILE_SIZE_MAX + 1,
                 file);
    fclose(file);
    if (size > PROJECT_FILE_SIZE_MAX) {
        problems_add(loading->problems, false, loading->file, 0,
                     "larger than 4 MiB: this is hardly a project file");
        return false;
    }
    text_grow(contents, size);
    return true;
}

/* Schema first: what follows relies on the types that it has checked. */
static void check_and_load(const struct loading *loading, struct arena *arena,
                           const struct text *contents)
{
    const struct embedded_file *source = embedded_find("schemas/project.json");
    struct json_error error            = {0};
    const struct json *document        = json_parse(arena, contents->data, contents->size, &error);
    struct json_schema *schema;
    size_t count;

    if (!document) {
        problems_add(loading->problems, false, loading->file, error.line,
                     "not JSON: %s (column %u)", error.message, error.column);
        return;
    }
    schema = json_schema_new(json_parse(arena, source->data, source->size, &error));
    count  = json_schema_check(schema, document, on_schema_problem, (void *)(uintptr_t)loading);
    json_schema_free(schema);
    if (count == 0)
        load_document(loading, document);
}

void postern_json_load(const char *folder, const char *file, struct registry *registry,
                       struct problems *problems)
{
    const char *slash            = strrchr(file, '/');
    const struct loading loading = {folder, slash ? slash + 1 : file, registry, problems};
    struct arena arena           = {0};
    SCOPED_TEXT contents         = {0};

    if (read_file(&loading, file, &contents))
        check_and_load(&loading, &arena, &contents);
    arena_deinit(&arena);
}
