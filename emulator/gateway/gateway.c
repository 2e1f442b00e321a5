#include "gateway/gateway.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "gateway/address.h"
#include "gateway/async_invocation.h"
#include "gateway/connection.h"
#include "gateway/departure.h"
#include "gateway/gateway_state.h"
#include "gateway/handshake.h"
#include "gateway/management_api.h"
#include "gateway/message.h"
#include "gateway/route_metrics.h"
#include "gateway/snapshot.h"
#include "gateway/usage.h"
#include "model/limits.h"
#include "model/registry.h"
#include "store/store_connection.h"

struct gateway *gateway_new(const struct gateway_settings *settings)
{
    struct gateway *gateway              = NEW(struct gateway);
    const struct websocket_limits limits = {
        .frame_size   = settings->relaxed ? 0 : FRAME_SIZE_MAX,
        .message_size = settings->relaxed ? MESSAGE_SIZE_RELAXED_MAX : MESSAGE_SIZE_MAX,
        .queue_size   = SEND_QUEUE_SIZE_MAX,
    };

    gateway->settings = *settings;
    gateway->domain   = memory_copy_string(settings->domain);
    throttling_init(&gateway->throttling, settings->relaxed, settings->region);
    management_api_init(&gateway->management, limits.message_size);
    gateway->websockets =
        websocket_host_new(settings->loop, settings->alarms, &limits, &connection_events);
    if (gateway->websockets) {
        gateway->usage = usage_new(settings->relaxed);
        return gateway;
    }
    free(gateway->domain);
    free(gateway);
    return NULL;
}

/* Those that are still to tell their $disconnect handler: the next start does it. */
static void free_leaving(struct gateway *gateway)
{
    struct queue_link *link;

    while ((link = queue_pop(&gateway->leaving)))
        connection_free(container_of(link, struct connection, link));
    while (!queue_is_empty(&gateway->departing)) /* connection_free() takes it off */
        connection_free(container_of(gateway->departing.first, struct connection, link));
}

void gateway_free(struct gateway *gateway)
{
    handshakes_free(gateway);
    alarm_stop(gateway->settings.alarms, &gateway->flush);
    alarm_stop(gateway->settings.alarms, &gateway->leaving_retry);
    websocket_host_free(gateway->websockets);
    free_leaving(gateway);
    messages_free(gateway);
    async_invocations_free(gateway);
    alarm_stop(gateway->settings.alarms, &gateway->trim);
    map_deinit(&gateway->connections);
    map_deinit(&gateway->pending);
    for (size_t i = 0; i < gateway->stage_count; i++) {
        struct live_stage *stage = gateway->stages[i];

        snapshot_drop(stage->snapshot);
        snapshot_drop(stage->last);
        free(stage->api_id);
        free(stage->api_name);
        free(stage->stage_name);
        route_metrics_free(stage);
        free(stage);
    }
    free(gateway->stages);
    custom_domains_deinit(&gateway->domains);
    name_values_deinit(&gateway->services);
    usage_free(gateway->usage);
    free(gateway->domain);
    free(gateway);
}

static struct live_stage *find_stage(const struct gateway *gateway, const char *api_id,
                                     const char *stage_name)
{
    for (size_t i = 0; i < gateway->stage_count; i++) {
        struct live_stage *stage = gateway->stages[i];

        if (strcmp(stage->api_id, api_id) == 0 && strcmp(stage->stage_name, stage_name) == 0)
            return stage;
    }
    return NULL;
}

static struct live_stage *find_mapped_stage(void *owner, const char *api_id, const char *stage_name)
{
    return find_stage(owner, api_id, stage_name);
}

static struct live_stage *add_stage(struct gateway *gateway, const char *api_id, const char *name)
{
    struct live_stage *stage = NEW(struct live_stage);

    stage->api_id     = memory_copy_string(api_id);
    stage->stage_name = memory_copy_string(name);
    stage->on_connect = route_metrics_of(stage, "$connect");
    stage->on_posts   = route_metrics_of(stage, ROUTE_METRICS_POSTS);
    stage->on_none    = route_metrics_of(stage, ROUTE_METRICS_NONE);
    gateway->stages =
        memory_resize(gateway->stages, (gateway->stage_count + 1) * sizeof *gateway->stages);
    gateway->stages[gateway->stage_count++] = stage;
    return stage;
}

static void deploy_stage(struct gateway *gateway, const struct registry *registry,
                         const struct api *api, const struct stage *from)
{
    struct live_stage *stage = find_stage(gateway, api->api_id, from->stage_name);

    if (!stage)
        stage = add_stage(gateway, api->api_id, from->stage_name);
    free(stage->api_name);
    stage->api_name = memory_copy_string(api->name);
    stage->snapshot = snapshot_new(registry, api, from);
    snapshot_drop(stage->last);
    stage->last = NULL;
    for (size_t i = 0; i < stage->snapshot->route_count; i++) {
        struct snapshot_route *route = &stage->snapshot->routes[i];

        route->metrics = route_metrics_of(stage, route->route_key);
    }
}

static void close_orphans(struct gateway *gateway)
{
    struct queue_link *next;

    for (struct queue_link *link = gateway->open.first; link; link = next) {
        struct connection *connection = container_of(link, struct connection, link);

        next = link->next;
        if (!connection->stage->snapshot)
            connection_cut_off(connection);
    }
}

void gateway_deploy(struct gateway *gateway, const struct registry *registry)
{
    for (size_t i = 0; i < gateway->stage_count; i++) {
        struct live_stage *stage = gateway->stages[i];

        if (!stage->snapshot)
            continue;
        stage->last     = stage->snapshot;
        stage->snapshot = NULL;
    }
    for (size_t i = 0; i < registry->api_count; i++) {
        for (size_t j = 0; j < registry->apis[i].stage_count; j++)
            deploy_stage(gateway, registry, &registry->apis[i], &registry->apis[i].stages[j]);
    }
    gateway->api_count = registry->api_count;
    custom_domains_deploy(&gateway->domains, registry, find_mapped_stage, gateway);
    usage_deploy(gateway->usage, registry);
    name_values_deinit(&gateway->services);
    name_values_copy(&gateway->services, &registry->services);
    close_orphans(gateway);
}

void gateway_resolve_address(const struct gateway *gateway, const char *host, const char *target,
                             struct address *address)
{
    const struct address_book book = {gateway->stages, gateway->stage_count, &gateway->domains};

    address_resolve(&book, host, target, address);
}

void gateway_set_domain(struct gateway *gateway, const char *domain)
{
    free(gateway->domain);
    gateway->domain = memory_copy_string(domain);
}

void gateway_accept(struct gateway *gateway, struct arrival *arrival)
{
    handshake_begin(gateway, arrival);
}

void gateway_resolve(struct gateway *gateway, struct call *call, struct http_target *target)
{
    management_api_resolve(gateway, call, target);
}

void gateway_recover(struct gateway *gateway, const struct connection_row *row)
{
    struct live_stage *stage = find_stage(gateway, row->api_id, row->stage);

    if (!stage)
        stage = add_stage(gateway, row->api_id, row->stage);
    if (!stage->api_name)
        stage->api_name = memory_copy_string("");
    log_info(LOG_FIELDS({"connectionId", row->connection_id}, {"reason", REASON_LEFT_BY_CRASH}),
             "an earlier process left this connection: its $disconnect is delivered now");
    connection_recover(gateway, stage, row);
}

void gateway_close_all(struct gateway *gateway, bool stop)
{
    gateway->is_stopping = gateway->is_stopping || stop;
    if (stop)
        handshakes_refuse(gateway);
    while (!queue_is_empty(&gateway->open))
        connection_close(container_of(gateway->open.first, struct connection, link),
                         stop ? CLOSE_STOPPING : CLOSE_RESET);
    connections_flush(gateway);
}

void gateway_reset_usage(struct gateway *gateway)
{
    usage_reset(gateway->usage);
}

size_t gateway_busy_count(const struct gateway *gateway)
{
    return gateway->handshakes.count + gateway->connections.count + gateway->leaving.count +
           gateway->departing.count + websocket_host_count(gateway->websockets);
}

size_t gateway_connection_count(const struct gateway *gateway)
{
    return gateway->connections.count;
}

size_t gateway_api_count(const struct gateway *gateway)
{
    return gateway->api_count;
}

static bool is_unique(const struct gateway *gateway, const struct live_stage *stage)
{
    for (size_t i = 0; i < gateway->stage_count; i++) {
        const struct live_stage *other = gateway->stages[i];

        if (other != stage && other->snapshot && strcmp(other->stage_name, stage->stage_name) == 0)
            return false;
    }
    return true;
}

void gateway_each_stage(const struct gateway *gateway,
                        void (*visit)(void *owner, const struct stage_view *view), void *owner)
{
    for (size_t i = 0; i < gateway->stage_count; i++) {
        const struct live_stage *stage = gateway->stages[i];
        const struct stage_view view   = {
              .api_id      = stage->api_id,
              .api_name    = stage->api_name,
              .stage       = stage->stage_name,
              .is_unique   = stage->snapshot && is_unique(gateway, stage),
              .connections = stage->open_count,
        };

        if (stage->snapshot)
            visit(owner, &view);
    }
}

static bool is_wanted(const struct connection *connection, const char *api_id, const char *stage)
{
    return (!api_id || strcmp(connection->stage->api_id, api_id) == 0) &&
           (!stage || strcmp(connection->stage->stage_name, stage) == 0);
}

void gateway_each_connection(const struct gateway *gateway, const char *api_id, const char *stage,
                             uint64_t after,
                             bool (*visit)(void *owner, const struct connection_view *view),
                             void *owner)
{
    for (struct queue_link *link = gateway->open.first; link; link = link->next) {
        const struct connection *connection = container_of(link, struct connection, link);
        const struct connection_view view   = {
              .number         = connection->number,
              .connection_id  = connection->id,
              .api_id         = connection->stage->api_id,
              .stage          = connection->stage->stage_name,
              .source_ip      = connection->source_ip,
              .user_agent     = connection->user_agent,
              .connected_at   = connection->connected_at,
              .last_active_at = connection->last_active_at,
        };

        if (connection->number > after && is_wanted(connection, api_id, stage) &&
            !visit(owner, &view))
            return;
    }
}
