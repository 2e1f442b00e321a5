#pragma once

/*
 * JSONPath on values, as JsonPath for Java 2.0.0 has it: names, ['names'], [indexes], [slices],
 * .* and [*], .. and filters [?(@.price < 10 && @.name =~ /a.*b/i)].
 *
 * A path that can lead to one value only is definite, and finds that or nothing. Any other finds a
 * list, which may be empty.
 *
 * AWS: "$input variables" names JSONPath; AWS?: that it is this version follows from how names on
 * numbers below [*] behave; it has no functions, and negative indexes find nothing.
 *
 * json/query.h is the same language on the bytes of a message, which selection expressions use.
 */

#include <stdbool.h>
#include <stddef.h>

#include "template/value.h"

struct arena;
struct value_path;

/* NULL if the path is malformed; then *problem, if it isn't NULL, says why. What it keeps of
 * string is borrowed. */
struct value_path *value_path_new(struct arena *arena, const char *string, size_t size,
                                  const char **problem);

enum value_path_result {
    VALUE_PATH_FOUND,
    VALUE_PATH_NOTHING,
    VALUE_PATH_FAILED, /* as has the run */
};

enum value_path_result value_path_find(struct mapping_run *run, const struct value_path *path,
                                       struct value document, struct value *found);
