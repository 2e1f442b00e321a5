#pragma once

/* Who may connect, as postern.json says it: authorizers, API keys, and what $connect asks for. */

struct api;
struct json;
struct reading;
struct route;

/* Adds the API key that object describes; its name is object's. */
void postern_api_key_read(struct reading *reading, const struct json *object);

/* Adds the authorizers of an API, and where its API keys come from. place is the API's. */
void postern_authorizers_read(struct reading *reading, struct api *api, const struct json *object,
                              const char *place);

/* Fills what a route asks for; the API's authorizers are read already. place is the route's. */
void postern_access_read(struct reading *reading, const struct api *api, struct route *route,
                         const struct json *object, const char *place);
