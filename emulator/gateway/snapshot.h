#pragma once

/*
 * What serves traffic: one deployment of one stage, compiled. A snapshot never changes; deploying
 * again makes a new one, and whoever began with the old one keeps it until it is done.
 *
 * AWS: a route that was added after the deployment is invisible until the next one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/text.h"
#include "model/name_values.h"
#include "model/token_bucket.h"

struct access;
struct access_log;
struct api;
struct integration_plan;
struct registry;
struct request_check;
struct request_models;
struct route_metrics;
struct selection_expression;
struct stage;

struct snapshot_route {
    char *route_key;
    char *function;                /* of a Lambda proxy; NULL: the route has none */
    struct integration_plan *plan; /* of any other integration; NULL: the route has none */
    int64_t timeout_milliseconds;  /* of a Lambda proxy */
    struct token_rate throttle;    /* by the stage's settings */
    struct token_bucket bucket;    /* AWS?: a new deployment begins with a full one */
    struct request_check *check;   /* NULL: nothing is checked */
    bool is_two_way;               /* has a route response: the handler's body goes to the client */
    struct route_metrics *metrics; /* the live stage's; NULL until it serves */
    bool warned_of_body; /* a body was dropped for want of a route response, and the log said so */
};

struct snapshot {
    unsigned references;
    char *deployment_id;
    bool is_endpoint_disabled; /* AWS's host of the API is refused */
    struct access *access;     /* NULL: everybody may connect */
    struct request_models *models;
    struct access_log *access_log; /* NULL: the stage has none */
    struct name_values variables;
    struct text stage_variables; /* the same as a JSON object; empty: the stage has none */
    struct selection_expression *selection_expression;
    struct snapshot_route *routes;
    size_t route_count;
    struct map by_key; /* route key to route */
};

/* Compiles one stage; the expression must be well-formed, as the loaders check. One reference is
 * the caller's. */
struct snapshot *snapshot_new(const struct registry *registry, const struct api *api,
                              const struct stage *stage);
struct snapshot *snapshot_keep(struct snapshot *snapshot);

/* Harmless with NULL. */
void snapshot_drop(struct snapshot *snapshot);

/* False: the route has no integration. */
bool snapshot_route_calls(const struct snapshot_route *route);

/* NULL if the deployment has no such route. */
struct snapshot_route *snapshot_find_route(const struct snapshot *snapshot, const char *route_key);

/* A stage as clients find it, with the snapshot that serves it now. Lives as long as the gateway.
 */
struct live_stage {
    char *api_id;
    char *api_name;
    char *stage_name;
    struct snapshot *snapshot; /* NULL: the last deployment didn't have it any more */
    struct snapshot *last;     /* then: what served it last, for $disconnect; may be NULL */

    size_t open_count; /* of its connections */

    /* What is counted of its routes, and of what no route has. */
    struct route_metrics *metrics;
    struct route_metrics *on_connect;
    struct route_metrics *on_posts;
    struct route_metrics *on_none;
};
