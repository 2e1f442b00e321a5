#pragma once

/*
 * The environment of a handler process: the caller's without POSTERN_*, then the function's own
 * variables, then what Lambda itself sets.
 *
 * AWS: "Using Lambda environment variables", reserved and unreserved variables.
 */

#include <stdint.h>

struct function;
struct name_values;

struct environment_facts {
    char *const *caller; /* environ */
    const struct function *function;
    const struct name_values *emulator; /* lambda_settings.environment; may be NULL */
    const char *runtime_directory;
    const char *region;
    const char *account;
    uint16_t port;          /* of the process's own endpoint */
    const char *log_stream; /* 32 hex digits */
};

/* An array of "NAME=value" that ends in NULL; environment_free() frees it. */
char **environment_new(const struct environment_facts *facts);
void environment_free(char **environment);
