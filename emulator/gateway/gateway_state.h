#pragma once

/* What the files of this folder share: the gateway's own struct. Nobody else includes it. */

#include "base/map.h"
#include "base/queue.h"
#include "gateway/custom_domain.h"
#include "gateway/gateway.h"
#include "gateway/gateway_metrics.h"
#include "gateway/throttling.h"
#include "http/operation.h"
#include "loop/alarm.h"
#include "model/name_values.h"

struct connection;
struct live_stage;
struct usage;
struct websocket_host;

struct gateway {
    struct gateway_settings settings;
    char *domain;
    struct websocket_host *websockets;
    struct api_table management; /* management_api.c's, with the body size that the limits allow */

    struct live_stage **stages; /* every stage ever deployed here */
    size_t stage_count;
    size_t api_count; /* in the last deployment */
    struct custom_domains domains;
    struct name_values services; /* the last deployment's */

    struct map connections; /* connection id to connection: the open ones */
    struct queue open;      /* the same, in order of connecting */
    uint64_t last_number;   /* given to an open one */
    struct map pending;     /* connection id to connection: those whose $connect is still running */
    struct queue handshakes;
    struct queue touched; /* open ones whose last_active_at isn't queued for the store yet */
    struct alarm flush;   /* rings when touched is to be queued */
    struct queue leaving; /* ended ones that wait to run their $disconnect handler */
    struct alarm leaving_retry;
    struct alarm trim;      /* rings when the memory of those that have gone is to be given back */
    size_t gone_count;      /* connections freed since it last was */
    struct queue departing; /* ended ones whose $disconnect handler is running */
    struct queue orphans;   /* messages whose handler outlasts their connection */
    struct queue async_invocations;
    struct throttling throttling;
    struct usage *usage; /* of API keys */
    struct gateway_metrics metrics;
    bool is_stopping;
    bool has_told_of_signature; /* the log said that one is malformed */
};

/* Which stage a request means. */
struct address;
void gateway_resolve_address(const struct gateway *gateway, const char *host, const char *target,
                             struct address *address);
