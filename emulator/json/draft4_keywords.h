#pragma once

/*
 * A check of draft 4 that is under way: how a schema is asked about a value, and its keywords by
 * what they are about: draft4_scalars.c, draft4_containers.c, and the rest in draft4_keywords.c.
 * Nobody includes it but the files of draft 4.
 */

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

/* Reports what is wrong: one message of the list. */
void draft4_problem(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A value as JSON, cut where it is long. */
void draft4_print(const struct json *value, struct text *out);

/* "[\"a\",\"b\"]", sorted: names is put in order. */
void draft4_append_names(const char **names, size_t count, struct text *out);

/* Asks one keyword of schema about value. */
typedef void draft4_keyword(struct check *check, const struct json *schema,
                            const struct json *keyword, const struct json *value);

/* draft4_scalars.c: strings and numbers */
draft4_keyword draft4_format;
draft4_keyword draft4_max_length;
draft4_keyword draft4_min_length;
draft4_keyword draft4_maximum;
draft4_keyword draft4_minimum;
draft4_keyword draft4_multiple_of;
draft4_keyword draft4_pattern;

/* draft4_containers.c: arrays and objects */
draft4_keyword draft4_additional_items;
draft4_keyword draft4_additional_properties;
draft4_keyword draft4_max_items;
draft4_keyword draft4_min_items;
draft4_keyword draft4_max_properties;
draft4_keyword draft4_min_properties;
draft4_keyword draft4_required;
draft4_keyword draft4_unique_items;
draft4_keyword draft4_dependencies;
