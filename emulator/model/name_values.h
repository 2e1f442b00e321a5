#pragma once

/* A list of names with values, in order: environments, stage variables. A zeroed list is empty. */

#include <stdbool.h>
#include <stddef.h>

struct arena;

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

/* The same, unless the name has a value already. */
void name_values_put_default(struct name_values *values, const char *name, const char *value);

/* Puts each "NAME=value" of a list that ends in NULL, if is_wanted (NULL: all) says so of it. */
void name_values_put_variables(struct name_values *values, const char *const *variables,
                               bool (*is_wanted)(const char *variable));

/* NULL if there is none. */
const char *name_values_find(const struct name_values *values, const char *name);

/* "NAME=value" for each, ending in NULL; all of it lives in arena. */
const char *const *name_values_list(const struct name_values *values, struct arena *arena);

/* to is overwritten, not released. */
void name_values_copy(struct name_values *to, const struct name_values *from);

/* True if both hold the same names with the same values, in whatever order. */
bool name_values_equal(const struct name_values *a, const struct name_values *b);
void name_values_deinit(struct name_values *values);
