#include "http/body.h"

#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/reason.h"
#include "http/call_state.h"

/* What a peer may send beyond the size of a body that is kept, before it is cut off. */
#define DRAIN_SIZE_MAX (64 * 1024 * 1024)

/* Most bodies come in one piece, for which nobody asks the time. A client that sends nothing more
 * at all is libmicrohttpd's business. */
static bool is_late(struct call *call, unsigned seconds_max)
{
    int64_t now;

    if (call->body_size == 0 || seconds_max == 0)
        return false;
    now = clock_microseconds();
    if (call->body_since == 0)
        call->body_since = now;
    return now - call->body_since > seconds_max * INT64_C(1000000);
}

bool body_take(struct call *call, const char *data, size_t size, unsigned seconds_max)
{
    size_t size_max = call->goal.table ? call->goal.table->body_size_max : 0;
    size_t room     = size_max + 1 - call->body.size;

    if (is_late(call, seconds_max)) {
        log_info(LOG_FIELDS({"reason", REASON_BODY_TOO_LATE}),
                 "an HTTP request's body isn't complete after %u s: its connection is closed",
                 seconds_max);
        return false;
    }
    call->body_size += size;
    if (call->body_size > size_max + DRAIN_SIZE_MAX) {
        log_info(LOG_FIELDS({"reason", REASON_BODY_TOO_LARGE}),
                 "an HTTP request's body goes on after %zu bytes: its connection is closed",
                 call->body_size);
        return false;
    }
    text_append(&call->body, data, size < room ? size : room);
    return true;
}
