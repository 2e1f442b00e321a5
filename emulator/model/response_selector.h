#pragma once

/*
 * The template selection expressions that only an integration's answer has:
 * $integration.response.statuscode, …header.NAME. All others are model/selection_expression.h's.
 *
 * AWS: "WebSocket selection expressions in API Gateway"; that a body doesn't select a template was
 * seen by tests against the service.
 */

#include <stdbool.h>

#define RESPONSE_SELECTOR_PREFIX "$integration.response."

/* True if source, which may be NULL, begins as these do. */
bool response_selector_is_one(const char *source);

/* True if it is that of the status. */
bool response_selector_is_status(const char *source);

/* The name of the header that it takes; NULL: none. */
const char *response_selector_header(const char *source);
