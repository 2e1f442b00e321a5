#pragma once

/*
 * Operations: what a request can ask for, as tables of rows, and how its path is matched against
 * them. A path's
 * "{name}" takes one segment, percent-decoded; doubled and trailing slashes are nothing, as the
 * SDKs send them.
 */

#include <stddef.h>

struct call;

/* Made by reply_…() only, so that a handler cannot end without having answered or said that it
 * will. */
enum outcome { OUTCOME_REPLIED, OUTCOME_LATER };

typedef enum outcome (*operation_handler)(struct call *call);

struct operation {
    const char *name;   /* AWS's, "PostToConnection" */
    const char *method; /* "GET" */
    const char *path;   /* "/@connections/{connectionId}" */
    operation_handler handler;
};

struct api_table {
    const struct operation *operations;
    size_t count;
    size_t body_size_max; /* of a body that is kept; see call_body() */
};

#define OPERATION_PARAMETERS_MAX 4

struct operation_parameter {
    const char *name;    /* in the row, not terminated: "connectionId}" */
    const char *segment; /* in the request's path, still encoded */
    size_t size;         /* of segment */
};

/*
 * The row for method and path (without query), NULL if there is none; then *path_is_known tells
 * whether another method has one. The parameters found are written to parameters.
 */
const struct operation *operation_find(const struct api_table *table, const char *method,
                                       const char *path, size_t path_size,
                                       struct operation_parameter parameters[], size_t *count,
                                       int *path_is_known);
