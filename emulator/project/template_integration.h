#pragma once

/* What the routes of a template call: functions by their ARNs, and integrations of other types. */

#include "base/map.h"

struct json;
struct template;
struct template_resource;

struct integrations {
    struct template *template;
    struct map *used;     /* names of functions that are called */
    struct map functions; /* names to resources */
    struct map found;     /* ids to resources */
    struct map responses; /* ids of integrations to objects of their responses by key */
};

/* Each notes a resource, before routes and authorizers ask for it. */
void integrations_note_function(struct integrations *integrations,
                                struct template_resource *resource);
void integrations_note(struct integrations *integrations, struct template_resource *resource);
void integrations_note_response(struct integrations *integrations,
                                struct template_resource *resource);

/* The name of the function that the property, a URI or ARN, means. NULL, with a problem, if there
 * is none in the template. */
const char *integrations_find_function(struct integrations *integrations,
                                       const struct template_resource *resource,
                                       const char *property);

/* Adds what the route's Target means to the route of a postern.json: a "function", or an
 * "integration". */
void integrations_write(struct integrations *integrations, const struct template_resource *resource,
                        struct json *route);

void integrations_deinit(struct integrations *integrations);
