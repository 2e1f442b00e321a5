#pragma once

/* Whether the head of an upgrade request is one that AWS would look at. Looks at the head only. */

#include <stdbool.h>

#include "http/aws_error.h"

struct request_head;

/*
 * True if it is a valid RFC 6455 handshake within AWS's sizes; otherwise *error is what to answer,
 * *detail its text (static) and *reason the log's code. relaxed lifts the sizes.
 */
bool upgrade_check(const struct request_head *head, bool relaxed, enum aws_error *error,
                   const char **detail, const char **reason);
