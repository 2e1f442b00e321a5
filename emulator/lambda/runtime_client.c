#include "lambda/runtime_client.h"

#include <glob.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/registry.h"

#define JAVA_CLIENT "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
#define JAVA_CLASS  "com/amazonaws/services/lambda/runtime/api/client/AWSLambda.class"
#define JAVA_JAR    "aws-lambda-java-runtime-interface-client*.jar"

#define DOTNET_CLIENT "Amazon.Lambda.RuntimeSupport.dll"
#define BOOTSTRAP     "bootstrap"

/* True if there is a file of that pattern in the folder, whose own name is no pattern. */
static bool has_file(struct arena *arena, const char *folder, const char *pattern)
{
    char *escaped = arena_new(arena, 2 * strlen(folder) + 1);
    glob_t found  = {0};
    size_t end    = 0;
    bool is_there;

    for (const char *at = folder; *at; at++) {
        if (strchr("*?[\\", *at))
            escaped[end++] = '\\';
        escaped[end++] = *at;
    }
    is_there = glob(arena_format(arena, "%s/%s", escaped, pattern), GLOB_NOSORT, NULL, &found) == 0;
    globfree(&found);
    return is_there;
}

/* In the package's classes or its lib folder, in a layer; or in a jar that has all in it, which
 * only Java itself can tell. */
static bool has_java_client(struct arena *arena, const struct function *function)
{
    if (has_file(arena, function->code_uri, JAVA_CLASS) ||
        has_file(arena, function->code_uri, "lib/" JAVA_JAR) ||
        has_file(arena, function->code_uri, "*.jar"))
        return true;
    for (size_t i = 0; i < function->layer_count; i++) {
        if (has_file(arena, function->layers[i], "java/lib/" JAVA_JAR))
            return true;
    }
    return false;
}

const char *const *runtime_client_java(struct arena *arena, const struct function *function,
                                       const char **problem)
{
    const char **list = arena_new(arena, 6 * sizeof *list);
    char *path = arena_format(arena, "%s:%s/*:%s/lib/*", function->code_uri, function->code_uri,
                              function->code_uri);

    if (!has_java_client(arena, function)) {
        *problem = arena_format(
            arena,
            "%s has no client of the Lambda Runtime API, which only AWS's own Java brings along: "
            "add com.amazonaws:aws-lambda-java-runtime-interface-client to the dependencies, "
            "build, and name the built package, with its jar in lib/, as codeUri",
            function->code_uri);
        return NULL;
    }
    for (size_t i = 0; i < function->layer_count; i++)
        path = arena_format(arena, "%s:%s/java/lib/*", path, function->layers[i]);
    list[0] = "java";
    list[1] = "-cp";
    list[2] = path;
    list[3] = JAVA_CLIENT;
    list[4] = function->handler;
    return list;
}

const char *const *runtime_client_dotnet(struct arena *arena, const struct function *function,
                                         const char **problem)
{
    const char **list = arena_new(arena, 4 * sizeof *list);
    const char *own   = arena_format(arena, "%s/" BOOTSTRAP, function->code_uri);
    const char *dll   = arena_format(arena, "%s/%s.dll", function->code_uri, function->handler);

    if (access(own, X_OK) == 0) {
        list[0] = own;
        return list;
    }
    if (strstr(function->handler, "::"))
        *problem = arena_format(
            arena,
            "the handler %s is a method of a class library, which only AWS's own .NET can start: "
            "make it an executable assembly with Amazon.Lambda.RuntimeSupport's "
            "LambdaBootstrapBuilder, whose name is the handler then",
            function->handler);
    else if (access(dll, F_OK) < 0)
        *problem = arena_format(arena,
                                "%s isn't there: build it (dotnet publish), and name the folder "
                                "with what is built as codeUri",
                                dll);
    else if (!has_file(arena, function->code_uri, DOTNET_CLIENT))
        *problem = arena_format(arena,
                                "%s has no " DOTNET_CLIENT ": add the package "
                                "Amazon.Lambda.RuntimeSupport, and build",
                                function->code_uri);
    if (*problem)
        return NULL;
    list[0] = "dotnet";
    list[1] = "exec";
    list[2] = dll;
    return list;
}
