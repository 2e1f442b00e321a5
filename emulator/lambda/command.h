#pragma once

/* What is executed for a function. Pure: looks at no file and no environment. */

#include <stdbool.h>

struct arena;
struct function;

/*
 * The arguments of the function's process, ending in NULL; they live in arena or in function. The
 * first has a slash if and only if it is a path, which is absolute then. NULL if the function can't
 * be run; then *problem says why.
 */
const char *const *command_build(struct arena *arena, const struct function *function,
                                 const char *runtime_directory, const char **problem);

/* True if one of our own bootstraps speaks the Runtime API for the function. */
bool command_has_bootstrap(const struct function *function);

/* True if that bootstrap redirects connections of the handler itself. */
bool command_has_redirect(const struct function *function);

/* What to do where a command isn't found: "apt-get install nodejs". NULL if we don't know. */
const char *command_install_hint(const char *command);
