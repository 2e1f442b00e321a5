#pragma once

/* The rules of a schema that look at one value alone, and the messages about it. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct json;
struct json_schema;

/* One check under way. */
struct schema_check {
    const struct json_schema *schema;
    struct text path; /* of the value that is looked at: "apis.chat.stages" */
    void (*report)(void *owner, const struct json *where, const char *message); /* NULL: a trial */
    void *owner;
    const struct json *subject; /* of a trial */
    size_t count;               /* of problems */
    size_t weight;              /* of problems: the alternative with the least was meant */
    unsigned depth;             /* of schemas within schemas */
    size_t steps;               /* schemas asked so far */
};

/* How much a problem says against an alternative. */
enum schema_weight {
    SCHEMA_WEIGHT_DETAIL = 1,    /* a mistake in something that was meant so */
    SCHEMA_WEIGHT_VALUE  = 10,   /* another value than the only ones possible */
    SCHEMA_WEIGHT_KIND   = 1000, /* something else altogether; within the subject: _VALUE */
};

void schema_problem(struct schema_check *check, const struct json *where, enum schema_weight weight,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The path for the beginning of a message. */
const char *schema_subject(const struct schema_check *check);

/* Appends the kinds of value that the type keyword allows: "a string or an array". */
void schema_append_types(const struct json *type, struct text *out);

/* Appends a value briefly: strings and numbers as they are, others by their kind. */
void schema_append_value(const struct json *value, struct text *out);

/* Checks type, enum, const, bounds, lengths and pattern. False if value is of the wrong type, so
 * that nothing else need be said about it. */
bool schema_check_scalar(struct schema_check *check, const struct json *rules,
                         const struct json *value);
