#include "gateway/admission.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/reason.h"
#include "gateway/gateway_state.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "gateway/upgrade_check.h"
#include "http/request_head.h"

static bool refuse(struct admission *admission, enum aws_error error, const char *reason,
                   const char *text)
{
    admission->error  = error;
    admission->reason = reason;
    admission->text   = text;
    return false;
}

static bool check_throttle(struct gateway *gateway, struct admission *admission)
{
    const struct live_stage *stage = admission->address.stage;
    enum throttle throttle =
        throttling_connect(&gateway->throttling, snapshot_find_route(stage->snapshot, "$connect"),
                           clock_microseconds());

    if (throttle == THROTTLE_NONE)
        return true;
    gateway->metrics.throttled[throttle]++;
    stage->on_connect->client_error++;
    return refuse(admission, AWS_TOO_MANY_REQUESTS, REASON_THROTTLED, throttle_text(throttle));
}

bool admission_check(struct gateway *gateway, const struct request_head *head,
                     struct admission *admission)
{
    struct address *address = &admission->address;

    *admission = (struct admission){0};
    if (gateway->is_stopping)
        return refuse(admission, AWS_SERVICE_UNAVAILABLE, REASON_STOPPING, "the emulator stops");
    if (!upgrade_check(head, gateway->settings.relaxed, &admission->error, &admission->detail,
                       &admission->reason)) {
        admission->text = admission->detail ? admission->detail : "larger than AWS allows";
        return false;
    }
    gateway_resolve_address(gateway, request_head_find(head, "Host"), head->target, address);
    if (address->kind != ADDRESS_STAGE)
        return refuse(admission, AWS_FORBIDDEN, REASON_UNKNOWN_STAGE, address->problem);
    /* AWS?: segments behind the stage are refused like an unknown stage. */
    if (!address_is_whole(address))
        return refuse(admission, AWS_FORBIDDEN, REASON_UNKNOWN_STAGE,
                      "nothing may follow the stage in the path");
    return check_throttle(gateway, admission);
}
