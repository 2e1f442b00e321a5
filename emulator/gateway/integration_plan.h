#pragma once

/*
 * An integration that is no Lambda proxy, compiled for one stage: templates, expressions, parameter
 * mappings, its URI with the stage's variables. Never changes.
 *
 * AWS: "Set up a WebSocket API integration request / response".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/registry.h"
#include "model/service_uri.h"

struct mapping_template;
struct parameter_mapping;
struct pattern;
struct selection_expression;

struct named_template {
    const char *key;
    struct mapping_template *template;
};

/* Templates of which an expression chooses one. */
struct template_choice {
    struct selection_expression *expression; /* NULL: none */
    struct named_template *items;
    size_t count;
};

struct response_plan {
    struct pattern *pattern; /* NULL: $default */
    struct template_choice templates;
    enum content_handling content;
    struct parameter_mapping *headers; /* responseParameters */
    size_t header_count;
};

struct integration_plan {
    struct arena arena; /* strings */
    enum integration_type type;
    const char *api_id;
    const char *function; /* NULL: none is called */
    const char *uri;      /* NULL: none */
    const char *method;
    enum passthrough_behavior passthrough;
    enum content_handling content;
    int64_t timeout_milliseconds;
    struct parameter_mapping *parameters;
    size_t parameter_count;
    struct template_choice requests;
    struct mapping_template *mock_status; /* what finds the status of a MOCK; NULL otherwise */
    struct response_plan *responses;      /* in the order in which they are tried */
    size_t response_count;
    bool uses_message; /* a response's expression may ask for the message */
    bool is_service;
    struct service_uri service; /* of AWS without a function */
    struct name_values variables;
};

/* NULL if the integration is a Lambda proxy. What the loaders have checked isn't checked again. */
struct integration_plan *integration_plan_new(const struct integration *integration,
                                              const struct api *api, const struct stage *stage);

/* Harmless with NULL. */
void integration_plan_free(struct integration_plan *plan);
