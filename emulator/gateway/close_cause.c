#include "gateway/close_cause.h"

#include <stddef.h>

#include "base/reason.h"

/* AWS: the close code and reason of the idle timeout, as captured. AWS?: those of other ends that
 * the gateway causes are the same. */
#define AWAY "Going away", 1001

/* AWS: the close code of DeleteConnection, as captured in $disconnect events. AWS?: the frame has
 * it too. */
#define DELETED "Connection Closed Normally", 1000

/* AWS: the close code for too many requests of one client. AWS?: its reason. */
#define TOO_MANY "Too Many Requests", 1008

#define NOT_OURS NULL, 0

/* clang-format off */
static const struct close_facts facts[] = {
    [CLOSE_BY_CLIENT]         = {REASON_CLOSED_BY_CLIENT,  "the client closed the connection", NOT_OURS, false},
    [CLOSE_LOST]              = {REASON_CONNECTION_LOST,   "the client went without a close frame: its $disconnect says 1006, as on AWS", NOT_OURS, false},
    [CLOSE_IDLE]              = {REASON_IDLE_TIMEOUT,      "no message in either direction; AWS closes after 10 minutes, and pings don't count", AWAY, false},
    [CLOSE_OLD]               = {REASON_MAX_DURATION,      "AWS ends every connection after its maximum duration (2 hours)", AWAY, false},
    [CLOSE_DELETED]           = {REASON_DELETED,           "DeleteConnection was called", DELETED, false},
    [CLOSE_STAGE_REMOVED]     = {REASON_STAGE_REMOVED,     "its stage isn't deployed any more", AWAY, false},
    [CLOSE_RESET]             = {REASON_RESET,             "POST /_postern/reset closes every connection", AWAY, false},
    [CLOSE_STOPPING]          = {REASON_STOPPING,          "the emulator stops", AWAY, false},
    [CLOSE_THROTTLED]         = {REASON_THROTTLED_TOO_OFTEN, "the client goes on sending, however many of its messages are throttled: AWS closes with 1008", TOO_MANY, true},
    [CLOSE_BINARY_FRAME]      = {REASON_BINARY_FRAME,      "the client sent a binary frame: AWS takes text only, and closes with 1003", NOT_OURS, true},
    [CLOSE_FRAME_TOO_LARGE]   = {REASON_FRAME_TOO_LARGE,   "the client sent a frame of more than 32 KB: AWS closes with 1009; a longer message, up to 128 KB, must come in several frames", NOT_OURS, true},
    [CLOSE_MESSAGE_TOO_LARGE] = {REASON_MESSAGE_TOO_LARGE, "the client sent a message of more than 128 KB: AWS closes with 1009", NOT_OURS, true},
    [CLOSE_PROTOCOL_ERROR]    = {REASON_PROTOCOL_ERROR,    "what the client sent is no WebSocket frame (1002), or its text no UTF-8 (1007)", NOT_OURS, true},
};
/* clang-format on */

const struct close_facts *close_facts(enum close_cause cause)
{
    return &facts[cause];
}

enum close_cause close_cause_of(enum websocket_end end)
{
    switch (end) {
    case WEBSOCKET_CLIENT_CLOSED:
        return CLOSE_BY_CLIENT;
    case WEBSOCKET_BINARY_FRAME:
        return CLOSE_BINARY_FRAME;
    case WEBSOCKET_FRAME_TOO_LARGE:
        return CLOSE_FRAME_TOO_LARGE;
    case WEBSOCKET_MESSAGE_TOO_LARGE:
        return CLOSE_MESSAGE_TOO_LARGE;
    case WEBSOCKET_PROTOCOL_ERROR:
        return CLOSE_PROTOCOL_ERROR;
    case WEBSOCKET_LOST:
    case WEBSOCKET_CLOSED: /* the gateway has told why before */
        break;
    }
    return CLOSE_LOST;
}
