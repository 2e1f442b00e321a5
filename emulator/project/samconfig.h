#pragma once

/*
 * samconfig.toml: what the SAM CLI deploys a template with, or runs it with on this machine, of
 * which the parameters, the stack's name, the region and the file of variables matter here. Of TOML
 * only what that file has is read; the rest is passed over.
 *
 * AWS: "AWS SAM CLI configuration file".
 */

#include <stddef.h>

struct arena;

struct samconfig {
    char **parameters; /* "KEY=VALUE" each, ending in NULL; NULL: none */
    size_t parameter_count;
    const char *stack_name; /* NULL: none, as below */
    const char *region;
    const char *env_vars; /* a path */
};

/* The largest file that is read. */
#define SAMCONFIG_SIZE_MAX (64 * 1024)

/* Reads size bytes, which end with a NUL, into config, which is zeroed; all is in arena. */
void samconfig_parse(struct arena *arena, const char *data, size_t size, struct samconfig *config);
