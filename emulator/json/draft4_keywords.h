#pragma once

/* A check of draft 4 that is under way. Nobody includes it but the files of draft 4. */

#include <stdbool.h>
#include <stddef.h>

struct draft4;
struct json;
struct text;

/* Schemas asked about one value after another, references included, and steps in all: more than a
 * message of 128 KB needs whose schema doesn't refer to itself without end. */
#define DRAFT4_DEPTH_MAX 256
#define DRAFT4_STEPS_MAX 2000000

struct report {
    struct text *out; /* NULL: only the number counts */
    size_t count;
};

struct check {
    const struct draft4 *draft4;
    const struct json *root; /* the model that the schemas are of */
    struct report *report;
    unsigned depth;
    unsigned steps;
    bool has_given_up; /* it fits nothing then */
};

/* Asks a schema about a value and what is in it; what is wrong is reported. */
void draft4_check_value(struct check *check, const struct json *schema, const struct json *value);

/* Asks all keywords of a schema about a value, but not about what is in it. */
void draft4_check_keywords(struct check *check, const struct json *schema,
                           const struct json *value);
