#pragma once

/*
 * The variables of serverless.yml: trees in, trees without variables out. Does no I/O: files and
 * the environment are asked of whoever has them. Only what is asked for is evaluated, so that a
 * value that nobody here needs may be out of reach.
 *
 * Serverless Framework: "Variables".
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct json;
struct variables;

/* What one project can make of itself: values and bytes, and variables in values in variables. */
#define VARIABLES_VALUES_MAX 500000
#define VARIABLES_BYTES_MAX  (32u * 1024 * 1024)
#define VARIABLES_DEPTH_MAX  100

/* All is borrowed. */
struct variables_settings {
    struct arena *arena;         /* for everything that is made */
    const struct json *document; /* what self: looks into; an object */
    char *const *options;        /* "KEY=VALUE" each, ending in NULL; of one key the first counts.
                                    NULL: none */
    const char *region;          /* that somebody demands; NULL: the document says it */
    const char *account;

    /* The value of an environment variable; NULL: there is none. */
    const char *(*find_environment)(void *owner, const char *name);

    /*
     * The tree of a file that is named as the project does. NULL if that can't be; then *problem
     * says why, or is NULL if there is no such file.
     */
    const struct json *(*read_file)(void *owner, const char *path, const char **problem);

    /* A problem of where. */
    void (*report)(void *owner, const struct json *where, const char *message);
    void *owner;
};

/* In the arena. */
struct variables *variables_new(const struct variables_settings *settings);

/*
 * The value with all its variables evaluated, under no name, at its own place. What can't be is
 * reported, and null stands for it.
 */
const struct json *variables_resolve(struct variables *variables, const struct json *value);

/* The same, but what can't be evaluated stays as it is written, and nothing is reported. */
const struct json *variables_try(struct variables *variables, const struct json *value);

/* What the value itself stands for: what is in it isn't looked at. */
const struct json *variables_look(struct variables *variables, const struct json *value);

/* The member of that name of an object that was looked at, looked at, under its name; NULL if it is
 * absent or null. */
const struct json *variables_member(struct variables *variables, const struct json *object,
                                    const char *name);

/* Problems reported so far. */
size_t variables_failures(const struct variables *variables);

/* The stage: --parameter stage=NAME, provider.stage, or dev; and the region. */
const char *variables_stage(struct variables *variables);
const char *variables_region(struct variables *variables);
