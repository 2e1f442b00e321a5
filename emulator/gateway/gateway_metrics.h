#pragma once

/* What is counted of all the gateway's traffic, and how /_postern reads it. */

#include <stddef.h>
#include <stdint.h>

#include "base/metric.h"
#include "gateway/close_cause.h"
#include "gateway/gateway.h"
#include "gateway/throttling.h"

struct route_metrics;

/* Close codes that are told apart; the last of them stands for all others. */
#define CLOSE_CODES 12

struct gateway_metrics {
    struct status_counts handshakes; /* 101 for those who came in */
    struct status_counts posts;      /* PostToConnection to a stage */
    struct histogram post_time;      /* from its whole body to its answer */
    uint64_t throttled[THROTTLES];   /* refused, by the limit that was exceeded */
    uint64_t dropped_answers;        /* what clients that don't read weren't sent */
    uint64_t closes[CLOSE_CAUSES][CLOSE_CODES];
};

void gateway_metrics_add_close(struct gateway_metrics *metrics, enum close_cause cause,
                               uint16_t code);

/* "1000", "application", "other": the codes that closes[…][at] counts. */
const char *gateway_metrics_code(size_t at);

const struct gateway_metrics *gateway_metrics(const struct gateway *gateway);

/* One route's counts, of a stage that is served or was. Strings are borrowed. */
struct route_metrics_view {
    const char *api_id;
    const char *stage;
    const struct route_metrics *metrics;
};

void gateway_each_route_metrics(const struct gateway *gateway,
                                void (*visit)(void *owner, const struct route_metrics_view *view),
                                void *owner);

/* Bytes that wait in the queues of all clients. */
size_t gateway_queued_size(const struct gateway *gateway);
