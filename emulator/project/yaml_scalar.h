#pragma once

/*
 * Plain scalars of YAML. In 1.1, which CloudFormation and SAM read, `yes` is true and `0644` octal;
 * in the core schema of 1.2, which the Serverless Framework reads (js-yaml), `yes` is a text,
 * `0o644` octal. `~` is null in both. Infinities, dates and numbers of base 60 stay text: no
 * property has one.
 */

#include <stddef.h>

struct arena;
struct json;

enum yaml_schema { YAML_1_1 = 1, YAML_CORE = 2 };

/* Sets kind and contents of value, which is zeroed, to what the size bytes of text mean. */
void yaml_scalar_read(struct arena *arena, enum yaml_schema schema, const char *text, size_t size,
                      struct json *value);
