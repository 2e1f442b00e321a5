#pragma once

/*
 * Checks a document against a JSON Schema: the part of draft 4 to 7 that our own schemas use (type,
 * enum, const, properties, patternProperties, additionalProperties, required, items, min/max,
 * lengths, pattern, anyOf, oneOf, not, $ref inside the schema). Reports every problem, each with
 * its line.
 */

#include <stddef.h>

struct arena;
struct json;
struct json_schema;

/* Compiles a schema document, which must outlive it. NULL for a broken one (our mistake; it is
 * logged). */
struct json_schema *json_schema_new(const struct json *schema);
void json_schema_free(struct json_schema *schema);

/*
 * Calls report for every problem of document: where it stands ("apis.chat.stages"), what is wrong
 * and how to mend it (an unknown key names the nearest known one). where is valid during the call;
 * an unknown key is its own place, a missing one that of its object. Returns the number of
 * problems.
 */
size_t json_schema_check(const struct json_schema *schema, const struct json *document,
                         void (*report)(void *owner, const struct json *where, const char *message),
                         void *owner);
