#pragma once

/*
 * The environment variables of a handler process. Pure: the caller's environment is a parameter.
 *
 * AWS: "Defined runtime environment variables".
 */

/* Where connections to hosts that the emulator answers for go: "HOST PORT", then the custom domain
 * names. Among the variables of every handler; not there: nothing is redirected. */
#define ENVIRONMENT_REDIRECT "POSTERN_REDIRECT_TO"

struct arena;
struct function;
struct name_values;

struct environment_input {
    const char *const *caller;        /* "NAME=value", ends in NULL */
    const struct name_values *common; /* of every handler; may be NULL */
    const struct function *function;
    const char *api; /* where the process finds its Runtime API: "127.0.0.1:40000" */
    const char *region;
    const char *runtime_directory;
    const char *log_stream;
    const char *preload; /* a library that every program there loads; NULL: none */
};

/* Puts dummy credentials, which SDKs demand before they do anything, unless there are any. */
void environment_put_credentials(struct name_values *values);

/* "NAME=value", ends in NULL; all of it lives in arena. */
const char *const *environment_build(struct arena *arena, const struct environment_input *input);
