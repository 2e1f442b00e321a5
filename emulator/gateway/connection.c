#include "gateway/connection.h"

#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/access.h"
#include "gateway/departure.h"
#include "gateway/gateway_state.h"
#include "gateway/message.h"
#include "gateway/snapshot.h"
#include "loop/loop.h"
#include "store/store_connection.h"

/* AWS: 1006 for a transport that ended without a close frame. */
#define CLOSE_CODE_LOST 1006

/* AWS (observed): what a $disconnect event says of a close frame without a code. */
#define CLOSE_CODE_NONE   1005
#define CLOSE_REASON_NONE "Client-side close frame status not set"

/* malloc keeps what many connections have left behind, unless it is told to give it back. */
#define TRIM_COUNT        1000
#define TRIM_MILLISECONDS 5000

/* How long last_active_at may be ahead of the store. */
#define FLUSH_MILLISECONDS 5000

/* One block for all strings of a connection: there are many connections. */
static void pack_strings(struct connection *connection, const struct event_facts *facts,
                         const char *deployment_id)
{
    const struct {
        const char *string;
        const char **copy;
    } strings[] = {
        {facts->source_ip,   &connection->source_ip    },
        {facts->user_agent,  &connection->user_agent   },
        {facts->domain_name, &connection->domain_name  },
        {facts->authorizer,  &connection->authorizer   },
        {facts->credentials, &connection->credentials  },
        {deployment_id,      &connection->deployment_id},
    };
    size_t size = 0;
    char *place;

    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        size += strings[i].string ? strlen(strings[i].string) + 1 : 0;
    place               = memory_new(size);
    connection->strings = place;
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        *strings[i].copy = strings[i].string ? place : NULL;
        if (strings[i].string)
            place = stpcpy(place, strings[i].string) + 1;
    }
}

struct connection *connection_new(struct gateway *gateway, struct live_stage *stage,
                                  const struct event_facts *facts, const char *deployment_id)
{
    struct connection *connection = NEW(struct connection);

    connection->gateway        = gateway;
    connection->stage          = stage;
    connection->connected_at   = facts->connected_at;
    connection->last_active_at = facts->connected_at;
    memcpy(connection->id, facts->connection_id, ID_SIZE);
    pack_strings(connection, facts, deployment_id);
    map_put(&gateway->pending, connection->id, connection);
    return connection;
}

static struct event_facts facts_of(const struct connection *connection)
{
    return (struct event_facts){
        .connection_id = connection->id,
        .api_id        = connection->stage->api_id,
        .stage         = connection->stage->stage_name,
        .domain_name   = connection->domain_name,
        .source_ip     = connection->source_ip,
        .user_agent    = connection->user_agent,
        .authorizer    = connection->authorizer,
        .credentials   = connection->credentials,
        .connected_at  = connection->connected_at,
    };
}

void connection_authorize(struct connection *connection, const char *authorizer,
                          const char *credentials)
{
    char *strings            = connection->strings;
    struct event_facts facts = facts_of(connection);

    facts.authorizer  = authorizer;
    facts.credentials = credentials;
    pack_strings(connection, &facts, connection->deployment_id);
    free(strings);
}

void connection_recover(struct gateway *gateway, struct live_stage *stage,
                        const struct connection_row *row)
{
    const struct event_facts facts = {
        .connection_id = row->connection_id,
        .api_id        = row->api_id,
        .stage         = row->stage,
        .domain_name   = row->domain_name,
        .source_ip     = row->source_ip,
        .user_agent    = row->user_agent,
        .authorizer    = row->authorizer,
        .credentials   = row->identity,
        .connected_at  = row->connected_at,
    };
    struct connection *connection =
        connection_new(gateway, stage, &facts, row->deployment_id ? row->deployment_id : "");

    map_remove(&gateway->pending, connection->id);
    connection->state        = CONNECTION_LEAVING;
    connection->close_code   = (uint16_t)row->disconnect_status_code;
    connection->close_reason = memory_copy_string(row->disconnect_reason);
    departure_add(connection);
}

void connection_fill_row(const struct connection *connection, struct connection_row *row)
{
    *row = (struct connection_row){
        .connection_id  = connection->id,
        .api_id         = connection->stage->api_id,
        .stage          = connection->stage->stage_name,
        .connected_at   = connection->connected_at,
        .last_active_at = connection->last_active_at,
        .source_ip      = connection->source_ip,
        .user_agent     = connection->user_agent,
        .domain_name    = connection->domain_name,
        .deployment_id  = connection->deployment_id,
        .authorizer     = connection->authorizer,
        .identity       = connection->credentials,
    };
}

void connection_fill_event(const struct connection *connection, const char *stage_variables,
                           int64_t now, struct event *event)
{
    *event = (struct event){
        .facts           = facts_of(connection),
        .stage_variables = stage_variables,
        .now             = now,
    };
    id_request(now, event->request_id);
}

static void on_flush(struct alarm *alarm)
{
    connections_flush(container_of(alarm, struct gateway, flush));
}

void connections_flush(struct gateway *gateway)
{
    struct queue_link *link;

    while ((link = queue_pop(&gateway->touched))) {
        struct connection *connection = container_of(link, struct connection, touched);

        connection->is_touched = false;
        store_connection_touch(gateway->settings.store, connection->id, connection->last_active_at);
    }
}

/* AWS (observed): traffic in either direction keeps a connection from idling. */
static void touch(struct connection *connection)
{
    struct gateway *gateway = connection->gateway;

    connection->last_active_at = clock_milliseconds();
    if (connection->is_touched)
        return;
    connection->is_touched = true;
    if (queue_is_empty(&gateway->touched))
        alarm_set(gateway->settings.alarms, &gateway->flush, FLUSH_MILLISECONDS, on_flush);
    queue_push(&gateway->touched, &connection->touched);
}

static void on_time_is_up(struct alarm *alarm);

/* One alarm for both limits; traffic doesn't set it anew, it is looked at when it rings. */
static void set_alarm(struct connection *connection)
{
    const struct gateway_settings *settings = &connection->gateway->settings;
    int64_t idle   = connection->last_active_at + settings->idle_timeout_milliseconds;
    int64_t oldest = connection->connected_at + settings->max_duration_milliseconds;
    int64_t wait   = (idle < oldest ? idle : oldest) - clock_milliseconds();

    alarm_set(settings->alarms, &connection->alarm, wait > 0 ? wait : 0, on_time_is_up);
}

static void on_time_is_up(struct alarm *alarm)
{
    struct connection *connection           = container_of(alarm, struct connection, alarm);
    const struct gateway_settings *settings = &connection->gateway->settings;
    int64_t now                             = clock_milliseconds();
    bool is_old  = now - connection->connected_at >= settings->max_duration_milliseconds;
    bool is_idle = now - connection->last_active_at >= settings->idle_timeout_milliseconds;

    if (!is_old && !is_idle) {
        set_alarm(connection);
        return;
    }
    connection_close(connection, is_old ? CLOSE_OLD : CLOSE_IDLE);
}

static void log_end(const struct connection *connection, enum close_cause cause, uint16_t code,
                    const char *reason)
{
    const struct close_facts *facts = close_facts(cause);
    char number[8];

    snprintf(number, sizeof number, "%u", code);
    log_write(facts->is_fault ? LOG_WARN : LOG_INFO,
              LOG_FIELDS({"connectionId", connection->id}, {"apiId", connection->stage->api_id},
                         {"stage", connection->stage->stage_name}, {"code", number},
                         {"closeReason", reason[0] ? reason : NULL}, {"reason", facts->reason}),
              "disconnected: %s", facts->text);
}

/* Into the LEAVING state, whoever began it. */
static void leave(struct connection *connection, enum close_cause cause, uint16_t code,
                  const char *reason)
{
    struct gateway *gateway = connection->gateway;

    log_end(connection, cause, code, reason);
    gateway_metrics_add_close(&gateway->metrics, cause, code);
    connection->state        = CONNECTION_LEAVING;
    connection->close_code   = code;
    connection->close_reason = memory_copy_string(reason);
    messages_forget(connection);
    store_connection_close(gateway->settings.store, connection->id, clock_milliseconds(), code,
                           reason);
    departure_add(connection);
}

static void remove_from_open(struct connection *connection)
{
    struct gateway *gateway = connection->gateway;

    map_remove(&gateway->connections, connection->id);
    connection->stage->open_count--;
    queue_remove(&gateway->open, &connection->link);
    alarm_stop(gateway->settings.alarms, &connection->alarm);
    if (connection->is_touched)
        queue_remove(&gateway->touched, &connection->touched);
    connection->is_touched = false;
}

void connection_open(struct connection *connection, int socket, const char *key,
                     const char *protocol)
{
    struct gateway *gateway = connection->gateway;

    assert(connection->state == CONNECTION_PENDING);
    map_remove(&gateway->pending, connection->id);
    if (socket >= 0)
        connection->websocket =
            websocket_adopt(gateway->websockets, socket, key, protocol, connection);
    if (!connection->websocket) {
        leave(connection, CLOSE_LOST, CLOSE_CODE_LOST, "");
        return;
    }
    connection->state  = CONNECTION_OPEN;
    connection->number = ++gateway->last_number;
    map_put(&gateway->connections, connection->id, connection);
    connection->stage->open_count++;
    queue_push(&gateway->open, &connection->link);
    set_alarm(connection);
}

void connection_close(struct connection *connection, enum close_cause cause)
{
    const struct close_facts *facts = close_facts(cause);

    if (connection->state != CONNECTION_OPEN)
        return;
    remove_from_open(connection);
    websocket_close(connection->websocket, facts->code, facts->close_reason);
    leave(connection, cause, facts->code, facts->close_reason);
}

/* AWS?: what becomes of connections to a deleted stage isn't documented; here they are closed, as
 * by the idle timeout. */
void connection_cut_off(struct connection *connection)
{
    connection_close(connection, CLOSE_STAGE_REMOVED);
}

enum send_result connection_send(struct connection *connection, const char *data, size_t size)
{
    enum send_result result;

    if (connection->state != CONNECTION_OPEN)
        return SEND_CLOSED;
    result = websocket_send(connection->websocket, data, size);
    if (result == SEND_DONE)
        touch(connection);
    return result;
}

static void free_if_over(struct connection *connection)
{
    if (connection->state == CONNECTION_GONE && !connection->websocket)
        connection_free(connection);
}

void connection_depart(struct connection *connection)
{
    assert(connection->state == CONNECTION_DEPARTING);
    connection->state = CONNECTION_GONE;
    free_if_over(connection);
}

static void free_memory(void *object)
{
    struct connection *connection = object;

    free(connection->strings);
    free(connection->close_reason);
    free(connection);
}

static void on_trim(struct alarm *alarm)
{
    struct gateway *gateway = container_of(alarm, struct gateway, trim);

    gateway->gone_count = 0;
    malloc_trim(0);
}

void connection_free(struct connection *connection)
{
    struct gateway *gateway = connection->gateway;

    if (++gateway->gone_count == TRIM_COUNT)
        alarm_set(gateway->settings.alarms, &gateway->trim, TRIM_MILLISECONDS, on_trim);
    departure_cancel(connection);
    messages_forget(connection);
    if (connection->state == CONNECTION_PENDING)
        map_remove(&gateway->pending, connection->id);
    loop_free_later(gateway->settings.loop, connection, free_memory);
}

static void on_message(void *owner, const char *data, size_t size)
{
    struct connection *connection = owner;

    if (connection->state != CONNECTION_OPEN)
        return;
    touch(connection);
    message_begin(connection, data, size);
}

/* AWS?: whether a ping resets the idle timer isn't documented; here it doesn't. */
static void on_control(void *owner)
{
}

static const char *reason_for(uint16_t code, const char *reason)
{
    return code == CLOSE_CODE_NONE ? CLOSE_REASON_NONE : reason;
}

static void on_closed(void *owner, enum websocket_end end, uint16_t code, const char *reason)
{
    struct connection *connection = owner;

    connection->websocket = NULL;
    if (connection->state == CONNECTION_OPEN) {
        remove_from_open(connection);
        leave(connection, close_cause_of(end), code, reason_for(code, reason));
        return;
    }
    free_if_over(connection);
}

const struct websocket_events connection_events = {
    .on_message = on_message,
    .on_control = on_control,
    .on_closed  = on_closed,
};
