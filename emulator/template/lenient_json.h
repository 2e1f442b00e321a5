#pragma once

/*
 * JSON as json-smart's permissive parser takes it, which is how API Gateway reads bodies: single
 * quotes, names and texts without any, superfluous commas and what comes behind the value are
 * accepted, and a text that doesn't begin like JSON is a string.
 *
 * AWS: which MOCK bodies are accepted was observed, and is what this parser does.
 */

#include <stddef.h>

#include "template/value.h"

/* Null, and a failure of the run, if it is broken: an object, array or string without its end.
 * What needs no decoding is borrowed from data. */
struct value lenient_json_parse(struct mapping_run *run, const char *data, size_t size);
