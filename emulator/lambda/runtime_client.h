#pragma once

/*
 * Java and .NET: AWS's own runtimes have the client of the Runtime API, here it must be in the
 * function's package. Looks at the function's folder and layers.
 *
 * AWS: "Java runtime interface client", "Lambda .NET runtime support".
 */

struct arena;
struct function;

/* The command line, in arena; NULL with what is missing and the remedy in *problem. The function
 * has a handler. */
const char *const *runtime_client_java(struct arena *arena, const struct function *function,
                                       const char **problem);
const char *const *runtime_client_dotnet(struct arena *arena, const struct function *function,
                                         const char **problem);
