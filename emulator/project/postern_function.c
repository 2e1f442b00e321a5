#include "project/postern_function.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/code_check.h"
#include "project/function_options.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"
#include "json/nearest.h"

/* What code that is a text becomes, but for its ending. */
#define INLINE_FILE "index"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* clang-format off */
static const struct runtime {
    const char *prefix;
    const char *handler;   /* how one may look; NULL: none is needed */
} runtimes[] = {
    {"nodejs",   "src/chat.handler"},
    {"python",   "chat.handler"},
    {"ruby",     "chat.handler"},
    {"provided", NULL},
    {"go1.x",    NULL},
    {"java",     NULL},
    {"dotnet",   NULL},
};
/* clang-format on */

/* Names to propose where somebody wrote one that is unknown. */
static const char *const known_names[] = {
    "nodejs18.x", "nodejs20.x",      "nodejs22.x", "nodejs24.x",   "python3.9", "python3.10",
    "python3.11", "python3.12",      "python3.13", "python3.14",   "ruby3.2",   "ruby3.3",
    "ruby3.4",    "provided.al2023", "go1.x",      "provided.al2",
};

static const struct runtime *find_runtime(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        if (text_behind(name, runtimes[i].prefix))
            return &runtimes[i];
    }
    return NULL;
}

static void check_name(struct reading *reading, const struct json *object, const char *place)
{
    size_t size = strlen(object->name);

    if (size == 0 || size > FUNCTION_NAME_SIZE_MAX ||
        strspn(object->name, LETTERS DIGITS "-_") != size)
        reading_error(reading, object,
                      "%s: a function's name has 1 to 64 letters, digits, '-' and '_'", place);
}

static void report_unknown_runtime(struct reading *reading, const struct json *where,
                                   const char *place)
{
    struct nearest nearest = {.wanted = where->string};

    for (size_t i = 0; i < ARRAY_SIZE(known_names); i++)
        nearest_consider(&nearest, known_names[i]);
    if (nearest.found)
        reading_error(reading, where, "%s.runtime: \"%s\" is not known: did you mean \"%s\"?",
                      place, where->string, nearest.found);
    else
        reading_error(reading, where,
                      "%s.runtime: \"%s\" is not known: take one of nodejs…, python…, ruby…, "
                      "provided…, go1.x, or give the function a \"command\"",
                      place, where->string);
}

/* A handler must say what its file exports: "src/chat.handler". */
static void check_handler(struct reading *reading, const struct json *object, const char *place,
                          const struct runtime *runtime)
{
    const struct json *handler = json_find(object, "handler");
    const char *file;

    if (!runtime->handler)
        return;
    if (!handler) {
        reading_error(reading, object, "%s: %s needs a \"handler\", for example \"%s\"", place,
                      json_find_string(object, "runtime"), runtime->handler);
        return;
    }
    if (handler->kind != JSON_STRING)
        return;
    file = strrchr(handler->string, '/');
    file = file ? file + 1 : handler->string;
    if (file[0] == '.' || !strchr(file, '.') || file[strlen(file) - 1] == '.')
        reading_error(reading, handler,
                      "%s.handler: \"%s\" doesn't say what is called in which file: write it like "
                      "\"%s\"",
                      place, handler->string, runtime->handler);
}

/* What starts the function must be known: a runtime with all it needs, or a command. */
static void check_start(struct reading *reading, const struct json *object, const char *place)
{
    const struct json *name = json_find(object, "runtime");
    const struct runtime *runtime;

    if (json_find(object, "command") || json_find(object, "url"))
        return;
    if (!name) {
        reading_error(reading, object,
                      "%s: needs a \"runtime\" with a \"handler\", or a \"command\"", place);
        return;
    }
    if (name->kind != JSON_STRING)
        return;
    runtime = find_runtime(name->string);
    if (!runtime)
        report_unknown_runtime(reading, name, place);
    else
        check_handler(reading, object, place, runtime);
}

static void take_command(struct function *function, const struct json *command)
{
    size_t count = 0;

    if (!command || command->kind != JSON_ARRAY || command->count == 0)
        return;
    function->command = memory_new((command->count + 1) * sizeof *function->command);
    for (const struct json *word = command->first; word; word = word->next) {
        if (word->kind == JSON_STRING)
            function->command[count++] = memory_copy_string(word->string);
    }
}

/* Absolute, whether it exists or not. */
static char *resolve_folder(const struct reading *reading, const char *code_uri)
{
    const char *folder       = reading->project->folder;
    SCOPED_MEMORY char *path = NULL;
    char *resolved;

    if (!code_uri || strcmp(code_uri, ".") == 0)
        return memory_copy_string(folder);
    path     = code_uri[0] == '/' ? memory_copy_string(code_uri)
                                  : memory_format("%s/%s", folder, code_uri);
    resolved = realpath(path, NULL);
    return resolved ? resolved : memory_take(&path);
}

/* The folder as it is written, absolute, if that isn't what it resolves to. */
static char *find_link(const struct reading *reading, const char *code_uri, const char *resolved)
{
    SCOPED_MEMORY char *path = NULL;
    size_t size;

    if (!code_uri)
        return NULL;
    while (text_behind(code_uri, "./"))
        code_uri += 2;
    path = code_uri[0] == '/' ? memory_copy_string(code_uri)
                              : memory_format("%s/%s", reading->project->folder, code_uri);
    size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    return strcmp(path, resolved) == 0 ? NULL : memory_take(&path);
}

/* As the bootstrap of Node.js reads them. */
static void take_esbuild(struct function *function, const struct json *options)
{
    SCOPED_TEXT all = {0};

    if (!options || options->kind != JSON_OBJECT)
        return;
    json_print(options, &all);
    function->esbuild = memory_copy_string(text_string(&all));
}

/* The others are unpacked by those who know what is in them. */
static bool ends_in_zip(const char *path)
{
    size_t size = strlen(path);

    return size > 4 && strcmp(path + size - 4, ".zip") == 0;
}

static void take_layers(struct reading *reading, struct function *function,
                        const struct json *layers, const char *place)
{
    for (const struct json *layer = layers && layers->kind == JSON_ARRAY ? layers->first : NULL;
         layer; layer             = layer->next) {
        SCOPED_MEMORY char *path =
            layer->kind == JSON_STRING ? resolve_folder(reading, layer->string) : NULL;
        struct stat status;

        if (!path)
            continue;
        function_add_layer(function, path);
        if (stat(path, &status) < 0 || (!S_ISDIR(status.st_mode) && !ends_in_zip(path)))
            reading_warn(reading, layer, "%s.layers: there is no folder %s: nothing is found in it",
                         place, layer->string);
    }
}

/* AWS: code in the template is for Node.js and Python, and becomes a file called index. */
static void check_inline_code(struct reading *reading, const struct json *object, const char *place)
{
    const struct json *code = json_find(object, "inlineCode");
    const char *runtime     = json_find_string(object, "runtime");
    const char *handler     = json_find_string(object, "handler");

    if (json_find(object, "command") || json_find(object, "codeUri"))
        reading_error(reading, code, "%s.inlineCode: there is a \"%s\" as well: remove one of them",
                      place, json_find(object, "command") ? "command" : "codeUri");
    else if (runtime && strncmp(runtime, "nodejs", 6) != 0 && strncmp(runtime, "python", 6) != 0)
        reading_error(reading, code,
                      "%s.inlineCode: can be code of nodejs… and python… only, not of %s: put it "
                      "into a file",
                      place, runtime);
    else if (handler && !text_behind(handler, INLINE_FILE "."))
        reading_warn(reading, code,
                     "%s.inlineCode: becomes a file called " INLINE_FILE
                     ", in which AWS won't find the handler %s: write it like " INLINE_FILE
                     ".handler",
                     place, handler);
}

/* AWS: a variable's name is a letter, then letters, digits and '_'. */
static void check_variable(struct reading *reading, const struct json *variable, const char *place)
{
    const char *name = variable->name;
    size_t size      = strlen(name);

    if (size == 0 || strchr(name, '='))
        reading_error(reading, variable,
                      "%s.environment: \"%s\" can't be the name of a variable: it begins with a "
                      "letter and goes on with letters, digits and '_'",
                      place, name);
    else if (size < 2 || !isalpha((unsigned char)name[0]) ||
             strspn(name, LETTERS DIGITS "_") != size)
        reading_warn(reading, variable,
                     "%s.environment: AWS refuses the name \"%s\": it demands a letter, then "
                     "letters, digits and '_', two characters at least",
                     place, name);
}

static void take_environment(struct reading *reading, struct function *function,
                             const struct json *environment, const char *place)
{
    size_t size = 0;

    for (const struct json *variable = reading_members(environment); variable;
         variable                    = variable->next) {
        check_variable(reading, variable, place);
        if (variable->kind != JSON_STRING)
            continue;
        size += strlen(variable->name) + variable->size;
        name_values_put(&function->environment, variable->name, variable->string);
    }
    if (size > FUNCTION_ENVIRONMENT_SIZE_MAX)
        reading_warn(reading, environment,
                     "%s.environment: has %zu bytes, and AWS refuses more than %d of names and "
                     "values together",
                     place, size, FUNCTION_ENVIRONMENT_SIZE_MAX);
}

static void take_url(struct reading *reading, struct function *function, const struct json *url,
                     const char *place)
{
    if (!url || url->kind != JSON_STRING || url->size == 0)
        return;
    if (!function_url_is_fine(url->string))
        reading_error(reading, url,
                      "%s.url: \"%s\" is no endpoint: write it like " FUNCTION_URL_EXAMPLE, place,
                      url->string);
    else
        function->url = memory_copy_string(url->string);
}

void postern_function_read(struct reading *reading, const struct json *object)
{
    SCOPED_MEMORY char *place = reading_place("functions", object->name);
    struct function *function = registry_add_function(reading->registry);
    size_t errors             = reading->problems->errors;

    function->name     = memory_copy_string(object->name);
    function->runtime  = memory_copy_string(json_find_string(object, "runtime"));
    function->handler  = memory_copy_string(json_find_string(object, "handler"));
    function->code_uri = resolve_folder(reading, json_find_string(object, "codeUri"));
    function->code_link =
        find_link(reading, json_find_string(object, "codeUri"), function->code_uri);
    function->timeout_seconds  = reading_number(object, "timeout", FUNCTION_TIMEOUT_SECONDS);
    function->memory_megabytes = reading_number(object, "memorySize", FUNCTION_MEMORY_MEGABYTES);
    function->concurrency      = reading_number(object, "concurrency", FUNCTION_CONCURRENCY);
    function->inline_code      = memory_copy_string(json_find_string(object, "inlineCode"));
    take_command(function, json_find(object, "command"));
    take_esbuild(function, json_find(object, "esbuild"));
    take_layers(reading, function, json_find(object, "layers"), place);
    take_environment(reading, function, json_find(object, "environment"), place);
    check_name(reading, object, place);
    if (object->kind != JSON_OBJECT)
        return;
    take_url(reading, function, json_find(object, "url"), place);
    if (function_options_has_url(reading->elsewhere, function->name))
        return; /* it needs nothing of what would start it */
    check_start(reading, object, place);
    if (function->inline_code)
        check_inline_code(reading, object, place);
    if (reading->problems->errors == errors && !json_find(object, "url"))
        code_check(reading, object, place, function);
}
