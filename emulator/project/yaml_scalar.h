#pragma once

/*
 * Plain scalars of YAML 1.1, which CloudFormation and SAM read: `yes` is true, `0644` octal, `~`
 * null. Infinities, dates and numbers of base 60 stay text: no property has one.
 */

#include <stddef.h>

struct arena;
struct json;

/* Sets kind and contents of value, which is zeroed, to what the size bytes of text mean. */
void yaml_scalar_read(struct arena *arena, const char *text, size_t size, struct json *value);
