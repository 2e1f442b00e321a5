#pragma once

/*
 * What a $connect request must bring before it may go on: identity sources for the authorizer, an
 * API key. Compiled with the snapshot; takes a request, gives an answer. Who runs the authorizer is
 * authorization.h.
 *
 * AWS: "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers"; API Gateway v2 API
 * reference, apiKeySelectionExpression.
 */

#include <stdbool.h>

struct access;
struct api;
struct name_values;
struct registry;
struct request_head;
struct identity_source;
struct route;
struct stage;

/* What the API asks for on its route $connect, in that stage. NULL if it lets everybody in. */
struct access *access_new(const struct registry *registry, const struct api *api,
                          const struct stage *stage, const struct route *connect);

/* Harmless with NULL. */
void access_free(struct access *access);

/* The function of the authorizer, and its name; NULL: there is none. */
const char *access_function(const struct access *access);
const char *access_authorizer(const struct access *access);

/* The first identity source that the request leaves out or leaves empty; NULL if all are there. */
const char *access_missing_source(const struct access *access, const struct request_head *head,
                                  const struct name_values *stage_variables);

/* True if the request is to be signed: AWS_IAM. */
bool access_needs_iam(const struct access *access);

/* An API key in use. */
struct access_key {
    char *id;
    char *name;
    char *value;
};

/* True if a key is asked for, of the header or of the authorizer's result. */
bool access_wants_header_key(const struct access *access);
bool access_wants_authorizer_key(const struct access *access);

/* The enabled key of that value; NULL if there is none, or value is NULL. */
const struct access_key *access_find_key(const struct access *access, const char *value);

/* True if a request has what the source says, and it isn't empty. */
bool access_has_source(const struct identity_source *source, const struct request_head *head,
                       const struct name_values *stage_variables);
