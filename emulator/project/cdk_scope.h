#pragma once

/*
 * One template among those that become one: what its names are called in the whole, and its values
 * with those names in them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct cdk;
struct json;

enum cdk_names { CDK_RESOURCES, CDK_PARAMETERS, CDK_MAPPINGS, CDK_CONDITIONS, CDK_NAMES };

struct cdk_scope {
    struct cdk *cdk;
    struct cdk_scope *parent;    /* of a nested stack; NULL: it is deployed by itself */
    const struct json *document; /* the template */
    const struct json *given;    /* of a nested stack: the values of its parameters, by parent */
    const char *condition;       /* of a nested stack: when it is created; NULL: always */
    const char *folder;          /* that paths in it are relative to: "" or "assembly-Prod/" */
    const struct json *files;    /* the assets, by their keys; NULL: none */
    const struct map *exports;   /* of the whole: names to struct cdk_value */
    struct map names[CDK_NAMES]; /* each name to what it is called in the whole */
    struct map nested;           /* ids of nested stacks to their scopes */
    struct map parameters;       /* of a nested stack: names to struct cdk_value */
    struct map outputs;          /* names to struct cdk_value */
    unsigned *depth;             /* of values that are asked for by others, in the whole */
};

/* A value that is worked out when it is asked for. */
struct cdk_value {
    struct cdk_scope *scope;   /* whose names are in source */
    const struct json *source; /* NULL: there is none */
    struct json *result;
    bool is_asked;
    bool is_known;
};

/* The section's name in a template. */
const char *cdk_section(enum cdk_names names);

/* A copy of the value with the names of the whole. Parts may be shared with other values. */
struct json *cdk_rewrite(struct cdk_scope *scope, const struct json *value);

/* What the name is called in the whole; itself if the template doesn't define it. */
const char *cdk_name(const struct cdk_scope *scope, enum cdk_names names, const char *name);
