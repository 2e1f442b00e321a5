#pragma once

/*
 * What is counted of the traffic of one route, under the names that AWS's metrics have. The counts
 * belong to the stage and outlive its snapshots: a route that is deployed anew goes on counting.
 *
 * AWS: "Monitor WebSocket API execution with CloudWatch metrics".
 */

#include <stdint.h>

#include "base/metric.h"

struct live_stage;

/* AWS?: under which route posts are counted, and messages that no route takes, isn't documented. */
#define ROUTE_METRICS_POSTS "@connections"
#define ROUTE_METRICS_NONE  ""

struct route_metrics {
    struct route_metrics *next;
    char *route_key;
    uint64_t connect_count;
    uint64_t message_count;     /* in either direction */
    uint64_t integration_error; /* the integration has answered with one */
    uint64_t client_error;      /* refused before the integration was asked */
    uint64_t execution_error;   /* the integration couldn't be asked, or its answer not be used */
    struct histogram integration_latency;
};

/* Finds those of a route key, or begins new ones. */
struct route_metrics *route_metrics_of(struct live_stage *stage, const char *route_key);

void route_metrics_free(struct live_stage *stage);
