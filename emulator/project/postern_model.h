#pragma once

/*
 * What an API's messages and $connect are checked against, in postern.json: its models, and routes'
 * modelSelectionExpression, requestModels and requestParameters.
 *
 * AWS: "WebSocket API request validation".
 */

struct api;
struct json;
struct reading;
struct route;

/* The models, before the routes that name them. object is the API, place its place. */
void postern_models_read(struct reading *reading, struct api *api, const struct json *object,
                         const char *place);

/* object is the route, place its place. */
void postern_checks_read(struct reading *reading, const struct api *api, struct route *route,
                         const struct json *object, const char *place);

/* Models that no route names, once all routes are read. */
void postern_models_check_use(struct reading *reading, const struct api *api,
                              const struct json *object, const char *place);
