#pragma once

/* What the files of the intrinsic functions share. */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "project/intrinsics.h"

struct text;

/* What a template can make of itself: values and bytes, and functions in functions. */
#define INTRINSICS_VALUES_MAX    2000000
#define INTRINSICS_BYTES_MAX     (32u * 1024 * 1024)
#define INTRINSICS_PROPOSALS_MAX 100
#define INTRINSICS_DEPTH_MAX     300

/* A condition's value, once it is known. */
enum condition_state { CONDITION_UNKNOWN, CONDITION_ASKED, CONDITION_TRUE, CONDITION_FALSE };

struct condition {
    const struct json *value;
    enum condition_state state;
};

struct intrinsics {
    struct intrinsics_settings settings;
    struct map parameters; /* names to their declarations */
    struct map conditions; /* names to struct condition */
    struct map mappings;   /* names to their values */
    bool *is_given_used;   /* for each given parameter: an import asked for it */
    unsigned depth;
    size_t values; /* made so far */
    size_t bytes;
    bool is_exhausted;  /* and was reported */
    unsigned proposals; /* names proposed so far: each looks at all there are */
};

/* Reports a problem of where, and returns the empty string that stands for the value. */
struct json *intrinsics_fail(struct intrinsics *intrinsics, const struct json *where,
                             const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A string of size bytes, which count. */
struct json *intrinsics_string(struct intrinsics *intrinsics, const char *string, size_t size,
                               const struct json *where);

/* What Ref, or with an attribute Fn::GetAtt, gives for that name. NULL for AWS::NoValue. */
struct json *intrinsics_refer(struct intrinsics *intrinsics, const char *name,
                              const char *attribute, const struct json *where);

/* The value that was given for a name with --parameter; NULL: none. */
const char *intrinsics_find_given(struct intrinsics *intrinsics, const char *name, bool is_import);

/* What a condition, which isn't just a name, comes to. */
bool intrinsics_judge(struct intrinsics *intrinsics, const struct json *value);

/* Evaluates the function of that name ("Fn::Join"); where is the object with it. False if there is
 * no function of that name. */
bool intrinsics_call(struct intrinsics *intrinsics, const char *name, const struct json *argument,
                     const struct json *where, struct json **result);
