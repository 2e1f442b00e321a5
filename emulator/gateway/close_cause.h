#pragma once

/* Why a connection ended: with which code, and what the log says about it. */

#include <stdbool.h>
#include <stdint.h>

#include "websocket/socket.h"

enum close_cause {
    CLOSE_BY_CLIENT,
    CLOSE_LOST,
    CLOSE_IDLE,
    CLOSE_OLD,
    CLOSE_DELETED,
    CLOSE_STAGE_REMOVED,
    CLOSE_RESET,
    CLOSE_STOPPING,
    CLOSE_THROTTLED,
    CLOSE_BINARY_FRAME,
    CLOSE_FRAME_TOO_LARGE,
    CLOSE_MESSAGE_TOO_LARGE,
    CLOSE_PROTOCOL_ERROR,
};

#define CLOSE_CAUSES (CLOSE_PROTOCOL_ERROR + 1)

struct close_facts {
    const char *reason;       /* of base/reason.h */
    const char *text;         /* what happened, and what AWS does */
    const char *close_reason; /* that we close with; NULL: none, or somebody else has said it */
    uint16_t code;            /* the same; 0 */
    bool is_fault;            /* of the client's, that its author wants to know of */
};

const struct close_facts *close_facts(enum close_cause cause);

/* The cause of an end that the gateway didn't ask for. */
enum close_cause close_cause_of(enum websocket_end end);
