#pragma once

/*
 * Whether requests of the data plane are signed by somebody whose key is known: @connections calls,
 * and upgrades for a $connect with AWS_IAM. Where signatures aren't verified everything passes, and
 * the log mentions the first one that no SDK would have made.
 *
 * AWS: "Control access to WebSocket APIs with IAM authorization".
 */

#include <stdbool.h>

#include "http/aws_error.h"

struct call;
struct gateway;
struct request_head;
struct text;

/* False: the answer is error, with message as its detail. */
bool signatures_check_call(struct gateway *gateway, struct call *call, enum aws_error *error,
                           struct text *message);

/* The same for an upgrade; access_key gets that of the signature as far as there is one. */
bool signatures_check_head(const struct gateway *gateway, const struct request_head *head,
                           struct text *access_key, enum aws_error *error, struct text *message);
