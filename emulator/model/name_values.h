#pragma once

/* A list of names with values, in order: environments, stage variables. A zeroed list is empty. */

#include <stdbool.h>
#include <stddef.h>

struct name_value {
    char *name;
    char *value;
};

struct name_values {
    struct name_value *items;
    size_t count;
};

/* Adds or replaces; both strings are copied. */
void name_values_put(struct name_values *values, const char *name, const char *value);

/* NULL if there is none. */
const char *name_values_find(const struct name_values *values, const char *name);

/* to is overwritten, not released. */
void name_values_copy(struct name_values *to, const struct name_values *from);

/* True if both hold the same names with the same values, in whatever order. */
bool name_values_equal(const struct name_values *a, const struct name_values *b);
void name_values_deinit(struct name_values *values);
