#pragma once

/* Makes sure that a schema holds nothing that the check would ignore, and compiles its patterns. */

#include <stdbool.h>

#include "json/schema_patterns.h"

struct json;

struct json_schema {
    const struct json *root;
    struct schema_patterns patterns;
};

/* Fills the patterns of the schema that root is set in. False, after logging why, if it is broken.
 */
bool schema_compile(struct json_schema *schema);

/* The schema that reference ("#/definitions/route") names; NULL if there is none. */
const struct json *schema_refer(const struct json *root, const char *reference);
