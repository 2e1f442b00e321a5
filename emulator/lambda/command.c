#include "lambda/command.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "lambda/runtime_client.h"
#include "model/registry.h"

/* The name of the executable that AWS's own runtimes start. */
#define BOOTSTRAP "bootstrap"

static const struct runtime {
    const char *prefix;      /* of the runtime's name */
    const char *interpreter; /* NULL: the bootstrap in the function's folder */
    const char *bootstrap;   /* ours, in the runtime directory */
    bool redirects;
    const char *inspect; /* the option for a debugger's address; NULL: the bootstrap opens it */
} runtimes[] = {
    {"nodejs",   "node",    "bootstrap.cjs", true,  "--inspect"},
    {"python",   "python3", "bootstrap.py",  true,  NULL       },
    {"ruby",     "ruby",    "bootstrap.rb",  false, NULL       },
    {"provided", NULL,      NULL,            false, NULL       },
    {"go1.x",    NULL,      NULL,            false, NULL       },
};

static const struct {
    const char *command;
    const char *hint;
} installs[] = {
    {"node",    "apt-get install nodejs, or put the Node.js of your choice into PATH"          },
    {"npx",     "apt-get install npm"                                                          },
    {"python3", "apt-get install python3"                                                      },
    {"ruby",    "apt-get install ruby"                                                         },
    {"java",    "apt-get install default-jre-headless"                                         },
    {"dotnet",  "Microsoft's package dotnet-runtime-8.0, or whichever version it was built for"},
    {"go",      "apt-get install golang-go"                                                    },
};

static const char **new_list(struct arena *arena, size_t count)
{
    return arena_new(arena, (count + 1) * sizeof(char *));
}

/* A command with a slash is a file, relative to the function's folder. */
static const char *resolve(struct arena *arena, const struct function *function,
                           const char *command)
{
    if (!strchr(command, '/') || command[0] == '/')
        return command;
    while (text_behind(command, "./"))
        command += 2;
    return arena_format(arena, "%s/%s", function->code_uri, command);
}

static const char *const *build_custom(struct arena *arena, const struct function *function)
{
    size_t count = 0;
    const char **list;

    while (function->command[count])
        count++;
    list = new_list(arena, count);
    for (size_t i = 0; i < count; i++)
        list[i] = function->command[i];
    list[0] = resolve(arena, function, list[0]);
    return list;
}

static const char *const *build_interpreted(struct arena *arena, const struct function *function,
                                            const char *directory, size_t runtime)
{
    const char **list   = new_list(arena, 3);
    const char *inspect = runtimes[runtime].inspect;
    size_t count        = 0;

    list[count++] = runtimes[runtime].interpreter;
    if (inspect && function->inspect_port > 0)
        list[count++] = arena_format(arena, "%s=127.0.0.1:%d", inspect, function->inspect_port);
    list[count++] = arena_format(arena, "%s/%s", directory, runtimes[runtime].bootstrap);
    return list;
}

static const char *const *build_executable(struct arena *arena, const struct function *function)
{
    const char **list = new_list(arena, 1);

    list[0] = arena_format(arena, "%s/%s", function->code_uri, BOOTSTRAP);
    return list;
}

static const char *const *build_with_client(struct arena *arena, const struct function *function,
                                            const char **problem)
{
    if (!function->handler) {
        *problem = "it has a runtime but no handler: name a class, or an assembly";
        return NULL;
    }
    return text_behind(function->runtime, "java") ? runtime_client_java(arena, function, problem)
                                                  : runtime_client_dotnet(arena, function, problem);
}

static const char *const *build_for_runtime(struct arena *arena, const struct function *function,
                                            const char *directory, const char **problem)
{
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        if (!text_behind(function->runtime, runtimes[i].prefix))
            continue;
        if (!runtimes[i].interpreter)
            return build_executable(arena, function);
        if (!function->handler) {
            *problem = "it has a runtime but no handler: write \"handler\": \"file.export\"";
            return NULL;
        }
        return build_interpreted(arena, function, directory, i);
    }
    if (text_behind(function->runtime, "java") || text_behind(function->runtime, "dotnet"))
        return build_with_client(arena, function, problem);
    *problem = arena_format(arena,
                            "there is no bootstrap for the runtime %s: give the function a "
                            "\"command\" that speaks the Lambda Runtime API",
                            function->runtime);
    return NULL;
}

const char *const *command_build(struct arena *arena, const struct function *function,
                                 const char *runtime_directory, const char **problem)
{
    if (function->command && function->command[0])
        return build_custom(arena, function);
    if (function->runtime)
        return build_for_runtime(arena, function, runtime_directory, problem);
    *problem = "it has neither a runtime nor a command";
    return NULL;
}

/* The row of the function's runtime, NULL where its own command runs it. */
static const struct runtime *find_runtime(const struct function *function)
{
    if ((function->command && function->command[0]) || !function->runtime)
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        if (text_behind(function->runtime, runtimes[i].prefix))
            return &runtimes[i];
    }
    return NULL;
}

bool command_has_bootstrap(const struct function *function)
{
    const struct runtime *runtime = find_runtime(function);

    return runtime && runtime->bootstrap;
}

bool command_has_redirect(const struct function *function)
{
    const struct runtime *runtime = find_runtime(function);

    return runtime && runtime->redirects;
}

const char *command_install_hint(const char *command)
{
    for (size_t i = 0; i < ARRAY_SIZE(installs); i++) {
        if (strcmp(command, installs[i].command) == 0)
            return installs[i].hint;
    }
    return NULL;
}
