#include "gateway/gateway_metrics.h"

#include "gateway/gateway_state.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "websocket/socket.h"

const struct gateway_metrics *gateway_metrics(const struct gateway *gateway)
{
    return &gateway->metrics;
}

static void visit_stage(const struct live_stage *stage,
                        void (*visit)(void *owner, const struct route_metrics_view *view),
                        void *owner)
{
    for (const struct route_metrics *metrics = stage->metrics; metrics; metrics = metrics->next) {
        const struct route_metrics_view view = {
            .api_id  = stage->api_id,
            .stage   = stage->stage_name,
            .metrics = metrics,
        };

        visit(owner, &view);
    }
}

void gateway_each_route_metrics(const struct gateway *gateway,
                                void (*visit)(void *owner, const struct route_metrics_view *view),
                                void *owner)
{
    for (size_t i = 0; i < gateway->stage_count; i++)
        visit_stage(gateway->stages[i], visit, owner);
}

size_t gateway_queued_size(const struct gateway *gateway)
{
    return websocket_host_queued_size(gateway->websockets);
}
