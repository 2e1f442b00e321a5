#pragma once

/*
 * YAML as the tree that JSON has (json/json.h), with the short forms of CloudFormation's functions
 * written out: `!Sub x` is {"Fn::Sub": "x"}, on scalars, sequences and mappings. Anchors, aliases
 * and merge keys are resolved, within bounds: what an alias stands for counts each time.
 */

#include <stddef.h>

struct arena;
struct json;
struct json_error;

/* Values in one document, with those that aliases repeat. */
#define YAML_VALUES_MAX 500000

/*
 * Builds the tree of the one document in size bytes in arena. NULL if they can't be read; then
 * *error says where and why.
 */
struct json *yaml_parse(struct arena *arena, const char *data, size_t size,
                        struct json_error *error);

/* The same with the scalars of YAML 1.2's core schema (project/yaml_scalar.h). */
struct json *yaml_parse_core(struct arena *arena, const char *data, size_t size,
                             struct json_error *error);
