#pragma once

/* What the files of the variables share. */

#include <stdbool.h>
#include <stddef.h>

#include "project/variables.h"

enum variable_outcome {
    VARIABLE_VALUE,
    VARIABLE_MISSING, /* there is none: the next candidate counts; "missing" says why */
    VARIABLE_FAILED,  /* and was reported */
};

/* A text whose variables are being evaluated. */
struct active {
    const char *string;
    const struct active *outer;
};

struct variables {
    struct variables_settings settings;
    const struct active *active; /* the innermost */
    const char *missing;         /* why the last candidate has no value */
    const char *assumed;         /* what stands for one that is missing, for want of a better one */
    unsigned depth;
    size_t values; /* made so far */
    size_t bytes;
    size_t failures;
    bool is_exhausted; /* and was reported */
    bool is_lenient;   /* nothing is reported */
};

/* One candidate, whose own variables are evaluated. */
struct variable_request {
    const char *source;   /* "file" */
    const char *argument; /* NULL: none */
    const char *address;  /* NULL: none */
    const struct json *where;
};

/* Reports a problem of where. */
enum variable_outcome variables_fail(struct variables *variables, const struct json *where,
                                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Says why there is no value. */
enum variable_outcome variables_miss(struct variables *variables, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What value stands for; what is in it isn't looked at. */
enum variable_outcome variables_shallow(struct variables *variables, const struct json *value,
                                        const struct json **result);

/* The stage or region for want of an option; nothing is reported. */
const char *variables_assume(struct variables *variables, const char *option);

/* Asks the request's source. */
enum variable_outcome variables_ask(struct variables *variables,
                                    const struct variable_request *request,
                                    const struct json **result);
