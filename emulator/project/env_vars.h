#pragma once

/*
 * SAM's env.json: values for variables that functions declare, for each function by its name or
 * logical id, and under "Parameters" for all of them. Parses; reads no file.
 *
 * AWS: "Environment variable file" of `sam local start-api`.
 */

#include <stddef.h>

struct problems;
struct registry;

/*
 * Gives the functions the values that the file has for them; what it says of one function wins over
 * "Parameters". As in SAM, only variables that a function declares are replaced: one that it
 * doesn't, a function that there isn't and what is no text are warnings. label names the file.
 */
void env_vars_parse(const char *data, size_t size, const char *label, struct registry *registry,
                    struct problems *problems);
