#pragma once

/*
 * Mapping templates: the Velocity language as API Gateway runs it. A template is compiled once and
 * evaluated for every message; nothing here knows about the gateway.
 *
 * AWS: "Mapping template reference for WebSocket APIs" and "… for REST APIs"; that the engine is
 * Velocity 1.7 in which every reference without a value gives an empty text was observed (2023 to
 * 2025). AWS?: all of that was on REST APIs; that WebSocket APIs have the same engine is inferred.
 */

#include <stdbool.h>
#include <stddef.h>

struct mapping_run;
struct mapping_template;
struct object;
struct text;

struct mapping_error {
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in bytes */
    char message[256];
};

/* Compiles size bytes, which are copied. NULL if they don't parse; then *error says where and why.
 * The caller frees the result; it never changes, so any number of runs may use it. */
struct mapping_template *mapping_template_new(const char *source, size_t size,
                                              struct mapping_error *error);
void mapping_template_free(struct mapping_template *template);

/*
 * Fills $context, $stageVariables or $input.params() when a template first asks for it: puts what
 * there is with the functions below, in the order in which it is to be listed.
 */
struct mapping_source {
    void (*fill)(struct mapping_run *run, struct object *object, void *owner);
    void *owner;
};

struct mapping_input {
    struct mapping_source context;         /* "connectionId", …; maps "identity", "authorizer" */
    struct mapping_source stage_variables; /* names and texts */
    struct mapping_source params;          /* maps "path", "querystring", "header" */
};

/* All are copied. A NULL value is null: it shows as nothing. */
void mapping_put(struct mapping_run *run, struct object *object, const char *name,
                 const char *value);
void mapping_put_bytes(struct mapping_run *run, struct object *object, const char *name,
                       const char *value, size_t size);
void mapping_put_number(struct mapping_run *run, struct object *object, const char *name,
                        long long number);

/* The map of that name in object, which is made where there is none. */
struct object *mapping_put_map(struct mapping_run *run, struct object *object, const char *name);

/* Puts the members of a JSON object. False if the text is no such thing. */
bool mapping_put_json(struct mapping_run *run, struct object *object, const char *json,
                      size_t size);

/*
 * One message's way through its templates. The request and the response template of a message share
 * a run: what the first sets in $context is there for the second. What fills the sources must live
 * as long.
 */
struct mapping_run *mapping_run_new(const struct mapping_input *input);
void mapping_run_free(struct mapping_run *run);

/*
 * Evaluates template on a body (an empty one is "{}") and appends what it prints to out. False if
 * it fails; then *error says where and why, and out has got nothing. The body is copied; the
 * template must live as long as the run, whose $context may hold texts of it.
 */
bool mapping_run_evaluate(struct mapping_run *run, const struct mapping_template *template,
                          const char *body, size_t size, struct text *out,
                          struct mapping_error *error);

/* True if $input.path() can read size bytes of body: JSON of a lenient kind, or a text that doesn't
 * begin like JSON. */
bool mapping_body_is_sound(const char *body, size_t size);

/* The run's $context, filled if it wasn't: to add what is known only after the integration
 * ("status"). */
struct object *mapping_run_context(struct mapping_run *run);

/*
 * What templates may set in $context.
 * AWS?: documented for REST APIs; whether WebSocket APIs heed them is not.
 */
enum mapping_override {
    MAPPING_REQUEST_HEADER,
    MAPPING_REQUEST_QUERYSTRING,
    MAPPING_REQUEST_PATH,
    MAPPING_RESPONSE_HEADER,
};

/* Calls visit for each override of that kind, with its value as text, in the order of setting. */
void mapping_run_each_override(struct mapping_run *run, enum mapping_override kind,
                               void (*visit)(void *owner, const char *name, const char *value),
                               void *owner);

/* $context.responseOverride.status if it is an integer from 100 to 599, otherwise 0. */
int mapping_run_override_status(struct mapping_run *run);
