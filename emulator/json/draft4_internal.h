#pragma once

/* What the files of draft 4 share. Nobody else includes it. */

#include <stdbool.h>
#include <stddef.h>

#include "json/schema_patterns.h"

struct json;
struct text;

struct draft4_model {
    char *name;
    const struct json *schema;
};

struct draft4 {
    char *base;
    struct draft4_model *models;
    size_t count;
    struct schema_patterns patterns;
};

/* NULL if there is none. */
const struct json *draft4_find(const struct draft4 *draft4, const char *name);

/* What a reference leads to from root, the model that it stands in; NULL: nothing. *new_root is the
 * model that it leads into. */
const struct json *draft4_refer(const struct draft4 *draft4, const struct json *root,
                                const char *reference, const struct json **new_root);

/* False if the string isn't what the format says; then its message is appended. Formats that aren't
 * known fit everything. */
bool draft4_check_format(const char *format, const struct json *string, struct text *message);
