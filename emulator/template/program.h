#pragma once

/*
 * A compiled template: a tree of nodes in the arena of the template. Names of variables are places
 * in a table, methods are rows of theirs, texts are borrowed from the template's source.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "template/mapping_template.h"
#include "template/method.h"
#include "template/value.h"

enum node_kind {
    /* What stands in text. */
    NODE_TEXT,
    NODE_SET,
    NODE_IF,
    NODE_FOREACH,
    NODE_DEFINE,
    NODE_BREAK,
    NODE_STOP,
    NODE_REFUSED,   /* #parse, #include */
    NODE_REFERENCE, /* in text and in expressions */

    /* What has a value. */
    NODE_CONSTANT, /* a string, number or boolean */
    NODE_STRING,   /* in double quotes, with something to evaluate in it */
    NODE_LIST,
    NODE_RANGE,
    NODE_MAP,
    NODE_CALCULATION,
    NODE_EQUAL,
    NODE_NOT_EQUAL,
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_GREATER,
    NODE_GREATER_EQUAL,
    NODE_AND,
    NODE_OR,
    NODE_NOT,
};

struct node;

struct block {
    struct node *first;
    struct node **end; /* while it is parsed */
};

enum step_kind { STEP_PROPERTY, STEP_INDEX, STEP_METHOD };

/* .name, [index] or .name(arguments) of a reference. */
struct step {
    struct step *next;
    enum step_kind kind;
    struct value name;
    const struct method *methods[METHOD_FAMILIES]; /* of that name, for each family of values */
    struct node *arguments;                        /* or the index */
    size_t argument_count;
    const struct value_path *path; /* of a constant argument of json() and path() */
};

struct branch {
    struct branch *next;
    struct node *condition; /* NULL: #else */
    struct block block;
};

struct node {
    struct node *next; /* in a block, or in a list of arguments */
    enum node_kind kind;
    enum number_operation operation; /* of a calculation */
    size_t offset;                   /* in the source */
    union {
        struct value constant; /* of NODE_TEXT, too */
        struct {
            size_t variable;
            struct step *steps;
        } reference;
        struct {
            struct node *target; /* a reference, or NULL where nothing is to be assigned */
            struct node *value;
        } set;
        struct branch *branches;
        struct {
            size_t variable;
            struct node *list; /* NULL: prints nothing */
            struct block block;
        } foreach;
        struct {
            size_t variable;
            struct block block;
        } define;
        struct block string;
        struct {
            struct node *left;
            struct node *right; /* of NODE_NOT: NULL */
        } operands;
        struct {
            struct node *first; /* of a map: keys and values in turn */
            struct node *last;
            size_t count;
        } items;
    };
};

/* The names that have a meaning of their own. */
enum {
    VARIABLE_INPUT,
    VARIABLE_UTIL,
    VARIABLE_CONTEXT,
    VARIABLE_STAGE_VARIABLES,
    VARIABLE_FOREACH,
    VARIABLE_COUNT,
    VARIABLE_HAS_NEXT,
    VARIABLES_KNOWN,
};

struct mapping_template {
    struct arena arena;
    const char *source;
    size_t size;
    struct block block;
    struct map variables; /* names to their places, from 1 */
    size_t variable_count;
    bool has_overrides; /* names $context.requestOverride or responseOverride */
};
