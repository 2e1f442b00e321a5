#pragma once

/* A sample message: its body, and the route it takes. */

#include <stdbool.h>

#include "base/text.h"

struct sample_api;
struct sample_settings;
struct snapshot;

struct sample_message {
    struct text route_key;
    struct text body;
};

/*
 * Fills a zeroed message: the route that the settings name or their body selects, as the gateway
 * does it; without either the one that function is there for (NULL: any), with a body that selects
 * it. False if the API has no such route; errors then says so.
 */
bool sample_message_make(struct sample_message *message, const struct sample_settings *settings,
                         const struct sample_api *api, const struct snapshot *snapshot,
                         const char *function, struct text *errors);
void sample_message_deinit(struct sample_message *message);
