#include "project/code_check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/archive_name.h"
#include "model/registry.h"
#include "project/reading.h"
#include "json/json.h"

/* Where execvp() looks without a PATH. */
#define PATH_DEFAULT "/bin:/usr/bin"

/* As the bootstraps look for a handler's file: what they put behind its name. */
static const char *const node_endings[]   = {".js",  ".mjs", ".cjs", ".ts", ".mts",
                                             ".cts", ".tsx", "",     NULL};
static const char *const python_endings[] = {".py", "/__init__.py", NULL};
static const char *const ruby_endings[]   = {".rb", NULL};

/* clang-format off */
static const struct runtime {
    const char *prefix;
    const char *program;
    const char *package; /* to install */
    const char *const *endings;
} runtimes[] = {
    {"nodejs", "node",    "nodejs",  node_endings},
    {"python", "python3", "python3", python_endings},
    {"ruby",   "ruby",    "ruby",    ruby_endings},
    {"java",   "java",    "default-jre-headless", NULL},
    {"dotnet", "dotnet",  "dotnet-runtime-8.0", NULL},
};
/* clang-format on */

/* The function's folder as the user wrote it. */
static const char *folder_of(const struct json *object)
{
    const char *code_uri = json_find_string(object, "codeUri");

    return code_uri ? code_uri : "the project's folder";
}

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Which is unpacked before it is needed; what is in it shows then. */
static bool is_archive(const char *path)
{
    return archive_name_is_one(path) && is_file(path);
}

/* True if there is the folder. */
static bool check_folder(struct reading *reading, const struct json *object, const char *place,
                         const struct function *function)
{
    const struct json *code_uri = json_find(object, "codeUri");
    struct stat status;

    if (!code_uri)
        return true;
    if (is_archive(function->code_uri))
        return false;
    if (stat(function->code_uri, &status) < 0)
        reading_warn(reading, code_uri,
                     "%s.codeUri: %s doesn't exist: the function can't be started", place,
                     code_uri->string);
    else if (!S_ISDIR(status.st_mode))
        reading_warn(reading, code_uri,
                     "%s.codeUri: %s is no folder: the function can't be started", place,
                     code_uri->string);
    else
        return true;
    return false;
}

/* The variable that the handler process will see. */
static const char *find_path(const struct function *function)
{
    const char *path = name_values_find(&function->environment, "PATH");

    path = path ? path : getenv("PATH");
    return path ? path : PATH_DEFAULT;
}

/* Looks for a program as execvp() does from inside the function's folder. */
static bool is_in_path(const struct function *function, const char *program)
{
    const char *path = find_path(function);

    for (;;) {
        size_t size                = strcspn(path, ":");
        SCOPED_MEMORY char *folder = size > 0 ? memory_copy(path, size) : memory_copy_string(".");
        SCOPED_MEMORY char *file =
            folder[0] == '/' ? memory_format("%s/%s", folder, program)
                             : memory_format("%s/%s/%s", function->code_uri, folder, program);

        if (is_file(file) && access(file, X_OK) == 0)
            return true;
        if (path[size] == '\0')
            return false;
        path += size + 1;
    }
}

/* A program that is named by its path, relative to the function's folder. */
static void check_executable(struct reading *reading, const struct json *where, const char *place,
                             const struct function *function, const char *name, const char *folder)
{
    SCOPED_MEMORY char *path = name[0] == '/' ? memory_copy_string(name)
                                              : memory_format("%s/%s", function->code_uri, name);

    if (!is_file(path))
        reading_warn(reading, where, "%s: %s doesn't exist in %s: build it before it is called",
                     place, name, folder);
    else if (access(path, X_OK) < 0)
        reading_warn(reading, where, "%s: %s in %s may not be executed: chmod +x it", place, name,
                     folder);
}

static void check_command(struct reading *reading, const struct json *object, const char *place,
                          const struct function *function)
{
    const struct json *where = json_find(object, "command");
    const char *name         = function->command[0];
    SCOPED_MEMORY char *path = memory_format("%s/%s", function->code_uri, name);

    if (strchr(name, '/'))
        check_executable(reading, where, place, function, name, folder_of(object));
    else if (is_in_path(function, name))
        return;
    else if (is_file(path))
        reading_warn(reading, where,
                     "%s: %s isn't in PATH: if you mean the one in %s, write \"./%s\"", place, name,
                     folder_of(object), name);
    else
        reading_warn(reading, where, "%s: %s isn't in PATH: install it, or name its path", place,
                     name);
}

/* Once for each runtime is enough, unless a function has a PATH of its own. */
static void check_program(struct reading *reading, const struct json *object, const char *place,
                          const struct function *function, size_t runtime)
{
    unsigned bit = 1u << runtime;
    bool is_own  = name_values_find(&function->environment, "PATH");

    if (reading->programs_missed & bit || (!is_own && reading->programs_found & bit))
        return;
    if (is_in_path(function, runtimes[runtime].program)) {
        reading->programs_found |= is_own ? 0 : bit;
        return;
    }
    reading->programs_missed |= bit;
    reading_warn(reading, json_find(object, "runtime"),
                 "%s: %s needs the program %s, which isn't in PATH: apt-get install -y %s", place,
                 function->runtime, runtimes[runtime].program, runtimes[runtime].package);
}

/* The file's name in a handler, without ending: what stands before the function that it exports. */
static char *handler_module(const struct function *function, bool is_python)
{
    const char *slash = strrchr(function->handler, '/');
    const char *file  = slash ? slash + 1 : function->handler;
    const char *dot   = is_python ? strrchr(file, '.') : strchr(file, '.');
    char *module      = memory_copy(function->handler, (size_t)(dot - function->handler));

    /* Python's modules may be written with dots: "package.module.function". */
    for (char *at = module; is_python && *at; at++)
        *at = *at == '.' ? '/' : *at;
    return module;
}

static void check_handler_file(struct reading *reading, const struct json *object,
                               const char *place, const struct function *function, size_t runtime)
{
    const char *const *endings = runtimes[runtime].endings;
    SCOPED_MEMORY char *module = handler_module(function, endings == python_endings);
    SCOPED_TEXT others         = {0};

    for (const char *const *ending = endings; *ending; ending++) {
        SCOPED_MEMORY char *path = memory_format("%s/%s%s", function->code_uri, module, *ending);

        if (is_file(path))
            return;
    }
    if (endings == node_endings)
        text_append_string(&others, ", nor .mjs, .cjs or .ts");
    reading_warn(reading, json_find(object, "handler"),
                 "%s: %s%s doesn't exist in %s%s: its invocations will fail", place, module,
                 endings[0], folder_of(object), text_string(&others));
}

void code_check(struct reading *reading, const struct json *object, const char *place,
                const struct function *function)
{
    if (!check_folder(reading, object, place, function))
        return;
    if (json_find(object, "command")) {
        if (function->command && function->command[0] && function->command[0][0] != '\0')
            check_command(reading, object, place, function);
        return;
    }
    if (!function->runtime)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        if (!text_behind(function->runtime, runtimes[i].prefix))
            continue;
        check_program(reading, object, place, function, i);
        if (function->handler && !function->inline_code && runtimes[i].endings)
            check_handler_file(reading, object, place, function, i);
        return;
    }
    check_executable(reading, json_find(object, "runtime"), place, function, "bootstrap",
                     folder_of(object));
}

static char *find_file(const struct function *function, const char *const *endings)
{
    SCOPED_MEMORY char *module = handler_module(function, endings == python_endings);

    for (const char *const *ending = endings; *ending; ending++) {
        SCOPED_MEMORY char *path = memory_format("%s/%s%s", function->code_uri, module, *ending);

        if (is_file(path))
            return memory_take(&path);
    }
    return NULL;
}

char *code_find_handler(const struct function *function)
{
    if (!function->runtime || !function->handler || function->inline_code)
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        if (text_behind(function->runtime, runtimes[i].prefix))
            return find_file(function, runtimes[i].endings);
    }
    return NULL;
}
