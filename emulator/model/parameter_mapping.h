#pragma once

/*
 * One pair of an integration's requestParameters, or of a response's responseParameters: where a
 * value goes, and where it comes from.
 *
 * AWS: "Set up data mapping for WebSocket APIs".
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/context_variable.h"
#include "json/query.h"

struct arena;
struct text;

enum parameter_place {
    PARAMETER_IN_HEADER,
    PARAMETER_IN_QUERYSTRING,
    PARAMETER_IN_PATH,
};

enum parameter_source {
    PARAMETER_STATIC,              /* source is the value */
    PARAMETER_FROM_CONTEXT,        /* context */
    PARAMETER_FROM_STAGE_VARIABLE, /* source is its name, as below */
    PARAMETER_FROM_HEADER,         /* the last value */
    PARAMETER_FROM_HEADERS,        /* all values, joined by commas */
    PARAMETER_FROM_QUERYSTRING,    /* the last value */
    PARAMETER_FROM_QUERYSTRINGS,   /* all values */
    PARAMETER_FROM_BODY,           /* all of it */
    PARAMETER_FROM_BODY_BY_PATH,   /* query */
};

struct parameter_mapping {
    enum parameter_place place;
    const char *name; /* of the header, or parameter */
    enum parameter_source from;
    const char *source;
    struct context_reference context;
    struct query query;
};

/* Reads a pair; everything lives in arena, which also copies the strings. False if it is
 * malformed: then problem says how. */
bool parameter_mapping_read(const char *destination, const char *source, struct arena *arena,
                            struct parameter_mapping *mapping, struct text *problem);

/* The same of a response's: headers and the body are the answer's. */
bool parameter_mapping_read_response(const char *destination, const char *source,
                                     struct arena *arena, struct parameter_mapping *mapping,
                                     struct text *problem);
