#pragma once

/*
 * What a deployment checks before an integration is asked: messages against models, and the
 * parameters that $connect must have. Compiled with the snapshot.
 *
 * AWS: "WebSocket API request validation".
 */

#include <stdbool.h>
#include <stddef.h>

struct api;
struct request_check;
struct request_head;
struct request_models;
struct route;
struct text;

/* The models of an API, which must be well-formed, as the loaders check. NULL: it has none. */
struct request_models *request_models_new(const struct api *api);
void request_models_free(struct request_models *models);

/* What one route checks; NULL: nothing. models and route's strings outlive it or are copied. */
struct request_check *request_check_new(const struct request_models *models,
                                        const struct route *route);
void request_check_free(struct request_check *check);

/* True if the message fits. Otherwise appends the validationErrorString. check may be NULL. */
bool request_check_message(const struct request_check *check, const char *data, size_t size,
                           struct text *problems);

/* True if the head has all required parameters. Otherwise appends what the client is told. check
 * may be NULL. */
bool request_check_head(const struct request_check *check, const struct request_head *head,
                        struct text *problem);
