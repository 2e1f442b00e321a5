#pragma once

/* Which API and stage a sample event is of: one of the project, or one for want of any. */

#include <stdbool.h>

#include "model/registry.h"

struct sample_settings;
struct text;

/* Zeroed before use. */
struct sample_api {
    const struct api *api;
    const struct stage *stage;
    struct registry made_up; /* has the API where the project has none */
};

/*
 * Chooses what the settings name; otherwise the first API that has a route to function (NULL: any),
 * and its first stage. False if there is none like that; errors then says so.
 */
bool sample_api_choose(struct sample_api *sample, const struct sample_settings *settings,
                       const struct registry *registry, const char *function, struct text *errors);
void sample_api_deinit(struct sample_api *sample);

/* True if it is none of the project, so that nobody knows its routes. */
bool sample_api_is_made_up(const struct sample_api *sample);

/* The API's first route to the function (NULL: to any), or NULL. */
const struct route *sample_api_find_route(const struct api *api, const char *function,
                                          bool only_messages);

/* True if one of the API's authorizers is the function. */
bool sample_api_has_authorizer(const struct api *api, const char *function);

/* True for $connect and $disconnect. */
bool sample_api_is_lifecycle(const char *route_key);

/* True for a text of letters, digits, '_' and '-'. */
bool sample_api_is_name(const char *string);
