#pragma once

/*
 * The "integration" of a route in a postern.json: what it calls that is no Lambda proxy. Everything
 * that is compiled later is tried here, so that its errors have a line.
 */

struct api;
struct integration;
struct json;
struct reading;

/* Fills integration from object, at that place. */
void postern_integration_read(struct reading *reading, const struct json *object, const char *place,
                              struct integration *integration);

/* The "services" of the document: endpoints of AWS services. */
void postern_services_read(struct reading *reading, const struct json *services);
