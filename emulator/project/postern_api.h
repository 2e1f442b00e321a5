#pragma once

/* The APIs of a postern.json: routes with their integrations, stages. */

struct json;
struct reading;

/* Reads one member of "apis" into the registry, which has the functions already. */
void postern_api_read(struct reading *reading, const struct json *object);
