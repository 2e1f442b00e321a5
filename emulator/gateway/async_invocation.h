#pragma once

/*
 * Invocations that nobody waits for: what a custom Lambda integration asks for with the header
 * X-Amz-Invocation-Type: Event. A failure is a line of the log.
 *
 * AWS: "Invoke a Lambda function asynchronously".
 */

struct gateway;
struct text;

/* Takes the event; the function's name and the connection's id are copied. */
void async_invocation_begin(struct gateway *gateway, const char *function,
                            const char *connection_id, struct text *event);

/* Forgets all: none is told about any more. What runs already runs on. */
void async_invocations_free(struct gateway *gateway);
