#pragma once

/*
 * Whether an upgrade request may go on to its stage's authorizer and $connect handler: is it a
 * request for a WebSocket, within AWS's sizes, of a stage that is served, and not one too many?
 * Counts what it refuses; answers and logs nothing.
 */

#include <stdbool.h>

#include "gateway/address.h"
#include "http/aws_error.h"

struct gateway;
struct request_head;

struct admission {
    struct address address; /* whose stage is served, if it may go on */

    /* Otherwise: the answer with its detail (NULL: none), and the log's reason and text. Static. */
    enum aws_error error;
    const char *detail;
    const char *reason;
    const char *text;
};

bool admission_check(struct gateway *gateway, const struct request_head *head,
                     struct admission *admission);
