#include "gateway/management_api.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "gateway/address.h"
#include "gateway/connection.h"
#include "gateway/gateway_state.h"
#include "gateway/route_metrics.h"
#include "gateway/signatures.h"
#include "gateway/snapshot.h"
#include "http/call.h"
#include "http/operation.h"
#include "http/server.h"
#include "model/limits.h"

static enum outcome post_to_connection(struct call *call);
static enum outcome get_connection(struct call *call);
static enum outcome delete_connection(struct call *call);

/* clang-format off */
static const struct operation operations[] = {
    {"PostToConnection", "POST",   "/@connections/{connectionId}", post_to_connection},
    {"GetConnection",    "GET",    "/@connections/{connectionId}", get_connection},
    {"DeleteConnection", "DELETE", "/@connections/{connectionId}", delete_connection},
};
/* clang-format on */

/* What every line about a call has; the SDK's error has the same request id. */
/* clang-format off */
#define CALL_FIELDS(call, why)                                                                     \
    LOG_FIELDS({"connectionId", call_path(call, "connectionId")},                                  \
               {"requestId", call_request_id(call)}, {"reason", why})
/* clang-format on */

void management_api_init(struct api_table *table, size_t message_size_max)
{
    *table = (struct api_table){operations, ARRAY_SIZE(operations), message_size_max};
}

/* The open connection that a call means, NULL if there is none in that stage. */
static struct connection *find_connection(struct call *call)
{
    const struct gateway *gateway  = call_owner(call);
    const struct live_stage *stage = call_subject(call);
    struct connection *connection =
        map_find(&gateway->connections, call_path(call, "connectionId"));

    /* AWS?: an id of another stage or API is gone, as far as this one knows. */
    return connection && (!stage || connection->stage == stage) ? connection : NULL;
}

static enum outcome reply_gone(struct call *call)
{
    const struct gateway *gateway = call_owner(call);
    const char *id                = call_path(call, "connectionId");

    if (map_find(&gateway->pending, id))
        log_warn(CALL_FIELDS(call, REASON_POST_DURING_CONNECT),
                 "%s got 410: the connection exists only once its $connect handler has returned, "
                 "as on AWS; post from a later message, or from another function",
                 call_operation(call));
    else
        log_info(CALL_FIELDS(call, REASON_GONE),
                 "%s got 410, as on AWS: no connection of that id is open in this stage",
                 call_operation(call));
    return reply_error(call, AWS_GONE, NULL);
}

static enum outcome reply_malformed_id(struct call *call)
{
    log_info(CALL_FIELDS(call, REASON_MALFORMED_CONNECTION_ID),
             "%s got 400, as on AWS: a connection id is 15 characters and an '='",
             call_operation(call));
    return reply_error(call, AWS_INVALID_CONNECTION_ID, call_path(call, "connectionId"));
}

/* AWS: calls share the account's requests with messages, and get LimitExceededException. */
static bool is_throttled(struct call *call)
{
    struct gateway *gateway = call_owner(call);
    enum throttle throttle  = throttling_request(&gateway->throttling, NULL, clock_microseconds());

    if (throttle == THROTTLE_NONE)
        return false;
    gateway->metrics.throttled[throttle]++;
    log_warn(CALL_FIELDS(call, REASON_THROTTLED), "%s got 429, as on AWS: %s", call_operation(call),
             throttle_text(throttle));
    return true;
}

/* AWS: @connections calls are signed, whatever the API's own authorization. */
static bool is_admitted(struct call *call, enum outcome *refusal)
{
    struct gateway *gateway = call_owner(call);
    SCOPED_TEXT message     = {0};
    enum aws_error error;

    if (is_throttled(call)) {
        *refusal = reply_error(call, AWS_LIMIT_EXCEEDED, NULL);
        return false;
    }
    if (signatures_check_call(gateway, call, &error, &message))
        return true;
    log_warn(CALL_FIELDS(call, REASON_BAD_SIGNATURE), "%s got %u, as on AWS: %s",
             call_operation(call), aws_error_status(error), text_string(&message));
    *refusal = reply_error(call, error, text_string(&message));
    return false;
}

static enum outcome reply_too_large(struct call *call)
{
    const struct gateway *gateway = call_owner(call);

    log_info(CALL_FIELDS(call, REASON_MESSAGE_TOO_LARGE),
             "PostToConnection got 413: a message has at most %zu KB, as on AWS",
             gateway->management.body_size_max / 1024);
    return reply_error(call, AWS_PAYLOAD_TOO_LARGE, NULL);
}

/* AWS?: an empty post is an empty message. */
static enum outcome do_post(struct call *call)
{
    const struct gateway *gateway = call_owner(call);
    struct connection *connection;
    enum outcome refusal;
    size_t size;
    const void *message = call_body(call, &size);

    if (!is_admitted(call, &refusal))
        return refusal;
    if (!id_is_connection(call_path(call, "connectionId")))
        return reply_malformed_id(call);
    if (size > gateway->management.body_size_max)
        return reply_too_large(call);
    connection = find_connection(call);
    if (!connection)
        return reply_gone(call);
    switch (connection_send(connection, message, size)) {
    case SEND_DONE:
        connection->stage->on_posts->message_count++;
        return reply_empty(call, 200);
    case SEND_QUEUE_FULL:
        log_warn(CALL_FIELDS(call, REASON_SEND_QUEUE_FULL),
                 "PostToConnection got 429: the client doesn't read what it was sent");
        return reply_error(call, AWS_LIMIT_EXCEEDED, NULL);
    case SEND_CLOSED:
        break;
    }
    return reply_gone(call);
}

static enum outcome post_to_connection(struct call *call)
{
    struct gateway *gateway = call_owner(call);
    int64_t begin           = clock_microseconds();
    enum outcome outcome    = do_post(call);

    histogram_add(&gateway->metrics.post_time, clock_microseconds() - begin);
    status_counts_add(&gateway->metrics.posts, call_status(call));
    return outcome;
}

static enum outcome get_connection(struct call *call)
{
    struct connection *connection;
    enum outcome refusal;
    SCOPED_TEXT body = {0};
    char time[CLOCK_ISO_SIZE];

    if (!is_admitted(call, &refusal))
        return refusal;
    if (!id_is_connection(call_path(call, "connectionId")))
        return reply_malformed_id(call);
    connection = find_connection(call);
    if (!connection)
        return reply_gone(call);
    clock_format_iso(connection->connected_at, time);
    text_append_format(&body, "{\"connectedAt\":\"%s\",\"identity\":{\"sourceIp\":", time);
    text_append_json_string(&body, connection->source_ip);
    text_append_string(&body, ",\"userAgent\":");
    if (connection->user_agent)
        text_append_json_string(&body, connection->user_agent);
    else
        text_append_string(&body, "null");
    clock_format_iso(connection->last_active_at, time);
    text_append_format(&body, "},\"lastActiveAt\":\"%s\"}", time);
    return reply_json(call, 200, body.data, body.size);
}

static enum outcome delete_connection(struct call *call)
{
    struct connection *connection;
    enum outcome refusal;

    if (!is_admitted(call, &refusal))
        return refusal;
    if (!id_is_connection(call_path(call, "connectionId")))
        return reply_malformed_id(call);
    connection = find_connection(call);
    if (!connection)
        return reply_gone(call);
    connection_close(connection, CLOSE_DELETED);
    return reply_empty(call, 204);
}

/* AWS: a call without a stage, or with an unknown one, is Forbidden. */
static enum outcome reply_unknown_stage(struct call *call)
{
    log_info(LOG_FIELDS({"requestId", call_request_id(call)}, {"reason", REASON_UNKNOWN_STAGE}),
             "%s %.300s got 403: no stage of a known API is in the path", call_method(call),
             call_target(call));
    return reply_error(call, AWS_FORBIDDEN, NULL);
}

/* AWS (observed): plain HTTP below a stage gets 426; AWS?: other methods than GET too. */
static enum outcome reply_upgrade_required(struct call *call)
{
    log_info(LOG_FIELDS({"requestId", call_request_id(call)}, {"reason", REASON_NO_UPGRADE}),
             "%s %.300s got 426: a stage speaks WebSocket; @connections is the only HTTP there",
             call_method(call), call_target(call));
    return reply_error(call, AWS_UPGRADE_REQUIRED, NULL);
}

/* AWS: API Gateway answers health checks of a custom domain itself. AWS?: with what and to which
 * methods isn't documented. */
static enum outcome reply_healthy(struct call *call)
{
    static const char healthy[] = "healthy";

    return reply_text(call, 200, "text/plain", healthy, sizeof healthy - 1);
}

/* AWS: URLs have at most 4096 characters. */
static enum outcome reply_url_too_long(struct call *call)
{
    log_info(CALL_FIELDS(call, REASON_URL_TOO_LONG),
             "%s got 414: a URL has at most %d characters on AWS", call_method(call), URL_SIZE_MAX);
    return reply_error(call, AWS_URI_TOO_LONG, NULL);
}

/* AWS?: documented for HTTP and REST APIs only. */
static enum outcome reply_headers_too_large(struct call *call)
{
    log_info(CALL_FIELDS(call, REASON_HEADERS_TOO_LARGE),
             "%s got 431: headers have at most %d bytes on AWS", call_method(call),
             HEADERS_SIZE_MAX);
    return reply_error(call, AWS_HEADERS_TOO_LARGE, NULL);
}

static void add_size(void *owner, const char *name, const char *value)
{
    *(size_t *)owner += strlen(name) + (value ? strlen(value) : 0);
}

/* NULL, or what refuses a call for its size. */
static operation_handler find_size_refusal(const struct gateway *gateway, const struct call *call)
{
    size_t size = 0;

    if (gateway->settings.relaxed)
        return NULL;
    if (strlen(call_target(call)) > URL_SIZE_MAX)
        return reply_url_too_long;
    call_each_header(call, add_size, &size);
    return size > HEADERS_SIZE_MAX ? reply_headers_too_large : NULL;
}

/* Under @connections, but no operation. */
static enum outcome reply_no_such_route(struct call *call)
{
    const char *target = call_target(call) + strspn(call_target(call), "/");
    SCOPED_TEXT detail = {0};

    text_append_format(&detail, "No method found matching route %.*s for http method %s.",
                       (int)strcspn(target, "?"), target, call_method(call));
    log_info(LOG_FIELDS({"requestId", call_request_id(call)}, {"reason", REASON_NO_SUCH_OPERATION}),
             "%s %.300s got 404: there are POST, GET and DELETE of /@connections/{connectionId}",
             call_method(call), call_target(call));
    return reply_error(call, AWS_NO_SUCH_ROUTE, text_string(&detail));
}

/* "@connections", with the '@' encoded or not. */
static bool is_under_connections(const char *path)
{
    path += strspn(path, "/");
    if (*path == '@')
        path += 1;
    else if (strncmp(path, "%40", 3) == 0)
        path += 3;
    else
        return false;
    return strncmp(path, "connections", 11) == 0 && strchr("/?", path[11]) != NULL;
}

void management_api_resolve(struct gateway *gateway, struct call *call, struct http_target *target)
{
    struct address address;
    operation_handler refusal;

    gateway_resolve_address(gateway, call_header(call, "Host"), call_target(call), &address);
    *target =
        (struct http_target){.owner = gateway, .subject = address.stage, .path = address.rest};
    if (address.kind == ADDRESS_UNKNOWN) {
        target->otherwise = reply_unknown_stage;
    } else if (address.kind == ADDRESS_HEALTH) {
        target->otherwise = reply_healthy;
    } else if (address.kind == ADDRESS_UNMAPPED) {
        target->otherwise = reply_no_such_route;
    } else if ((refusal = find_size_refusal(gateway, call))) {
        target->otherwise = refusal;
    } else if (is_under_connections(address.rest)) {
        target->table     = &gateway->management;
        target->otherwise = reply_no_such_route;
    } else {
        target->otherwise = reply_upgrade_required;
    }
}
