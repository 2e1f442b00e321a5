#pragma once

/* Functions whose names only stages can tell: whether each stage comes to one. */

struct api;
struct json;
struct reading;

/* Warns of each stage in which an integration or authorizer means no function. The API was read
 * from object, at that place. */
void stage_functions_check(struct reading *reading, const struct api *api,
                           const struct json *object, const char *place);
