#include "gateway/gateway_metrics.h"

#include "gateway/gateway_state.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "websocket/socket.h"

/* RFC 6455, 7.4.2: 3000 to 4999 are for libraries, frameworks and applications. */
static const struct {
    uint16_t first;
    uint16_t last;
    const char *name;
} codes[CLOSE_CODES] = {
    {1000, 1000,       "1000"       },
    {1001, 1001,       "1001"       },
    {1002, 1002,       "1002"       },
    {1003, 1003,       "1003"       },
    {1005, 1005,       "1005"       },
    {1006, 1006,       "1006"       },
    {1007, 1007,       "1007"       },
    {1008, 1008,       "1008"       },
    {1009, 1009,       "1009"       },
    {1011, 1011,       "1011"       },
    {3000, 4999,       "application"},
    {0,    UINT16_MAX, "other"      },
};

void gateway_metrics_add_close(struct gateway_metrics *metrics, enum close_cause cause,
                               uint16_t code)
{
    size_t at = 0;

    while (code < codes[at].first || code > codes[at].last)
        at++;
    metrics->closes[cause][at]++;
}

const char *gateway_metrics_code(size_t at)
{
    return codes[at].name;
}

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
