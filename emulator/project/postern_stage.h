#pragma once

/* A stage, as postern.json says it: its variables, and how its routes are throttled. */

struct api;
struct json;
struct reading;

/* The stage of an API that names none. */
#define POSTERN_STAGE_DEFAULT "dev"

/* Adds a stage with nothing in it. */
void postern_stage_add(struct api *api, const char *name, const char *deployment_id);

/* Adds the stage that object describes; the API's routes are read already. api_place is the API's.
 */
void postern_stage_read(struct reading *reading, struct api *api, const struct json *object,
                        const char *api_place, const char *deployment_id);

/*
 * The API and the stage that the string value, "API/STAGE", names; the API may be named by its id.
 * NULL, with a problem of that place, if there is none.
 */
const struct api *postern_stage_find(struct reading *reading, const struct json *value,
                                     const char *place, const char **stage);
