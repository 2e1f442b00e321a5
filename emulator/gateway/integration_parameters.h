#pragma once

/*
 * What an integration's requestParameters make of one request: headers, query parameters and parts
 * of the path; and what responseParameters make of its answer.
 *
 * AWS: "Set up data mapping for WebSocket APIs"; a pair without a value is skipped.
 */

#include <stdbool.h>
#include <stddef.h>

#include "loop/http_exchange.h"

struct arena;
struct context;
struct name_values;
struct parameter_mapping;
struct request_head;
struct selection_answer;

/* Where values come from. Strings are borrowed. */
struct parameter_input {
    const struct context *context;
    const struct name_values *stage_variables;
    const struct request_head *head;       /* of $connect; NULL: none */
    const struct selection_answer *answer; /* whose headers are meant; NULL: the request's */
    const char *body;
    size_t body_size;
};

struct parameter_list {
    struct http_field *items;
    size_t count;
    size_t capacity;
};

/* Everything lives in an arena, or in the plan. */
struct parameter_values {
    bool has_nul; /* a value has a NUL in it, and ends there */
    struct parameter_list headers;
    struct parameter_list query;
    struct parameter_list path;
};

void parameter_list_add(struct parameter_list *list, struct arena *arena, const char *name,
                        const char *value);

/* The value of that header, whatever the case of its name; NULL: none. */
const char *parameter_list_find(const struct parameter_list *list, const char *name);

/* The same as adding, in place of what list has under that name. */
void parameter_list_put(struct parameter_list *list, struct arena *arena, const char *name,
                        const char *value);

/* True if one of the mappings takes something out of the body. */
bool integration_parameters_use_body(const struct parameter_mapping *mappings, size_t count);

void integration_parameters_find(const struct parameter_mapping *mappings, size_t count,
                                 const struct parameter_input *input, struct arena *arena,
                                 struct parameter_values *values);
