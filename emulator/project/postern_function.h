#pragma once

/* The functions of a postern.json. */

struct json;
struct reading;

/* Reads one member of "functions" into the registry. */
void postern_function_read(struct reading *reading, const struct json *object);
