#pragma once

/*
 * JSON Schema draft 4 as API Gateway's models have it: several named schemas that may refer to one
 * another, and messages in the words of the validator that AWS uses. Our own files are checked by
 * json/schema.h, which knows other drafts and explains more.
 *
 * AWS: "Data models for REST APIs", "WebSocket API request validation"; which validator it is, its
 * order of checks and its messages: inferred from messages in logs (java-json-tools/
 * json-schema-validator).
 */

#include <stdbool.h>
#include <stddef.h>

struct draft4;
struct json;
struct text;

/* base is what references to models begin with, ".../models/"; it is copied. */
struct draft4 *draft4_new(const char *base);
void draft4_free(struct draft4 *draft4);

/* Adds a model, which must outlive the set; its name is copied. */
void draft4_add(struct draft4 *draft4, const char *name, const struct json *schema);

/* What is wrong with a schema, at where; a warning says what AWS takes and ignores. */
typedef void draft4_report(void *owner, const struct json *where, bool is_warning,
                           const char *message);

/* Compiles all that were added. False, after reporting everything, if one is broken. */
bool draft4_compile(struct draft4 *draft4, draft4_report *report, void *owner);

/*
 * True if the value fits the model, which must be one of those compiled. Otherwise appends AWS's
 * $context.error.validationErrorString: "[one message, another]".
 */
bool draft4_check(const struct draft4 *draft4, const char *name, const struct json *value,
                  struct text *problems);
