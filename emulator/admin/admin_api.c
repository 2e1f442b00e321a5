#include "admin/admin_api.h"

#include <stdlib.h>
#include <string.h>

#include "admin/metrics.h"
#include "admin/origin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/reason.h"
#include "base/text.h"
#include "gateway/gateway.h"
#include "http/call.h"
#include "http/operation.h"
#include "http/server.h"
#include "lambda/lambda.h"

/* Rows of one page of connections. */
#define PAGE_DEFAULT 100
#define PAGE_MAX     1000

/* Nothing that is asked here has a body that counts. */
#define BODY_SIZE_MAX 1024

static enum outcome get_health(struct call *call);
static enum outcome get_localstack_health(struct call *call);
static enum outcome get_connections(struct call *call);
static enum outcome get_stages(struct call *call);
static enum outcome get_metrics(struct call *call);
static enum outcome reset(struct call *call);

/* clang-format off */
static const struct operation operations[] = {
    {"GetHealth",           "GET",  "/_postern/health",      get_health           },
    {"GetHealth",           "GET",  "/health",               get_health           },
    {"GetLocalStackHealth", "GET",  "/_localstack/health",   get_localstack_health},
    {"GetConnections",      "GET",  "/_postern/connections", get_connections      },
    {"GetStages",           "GET",  "/_postern/stages",      get_stages           },
    {"GetMetrics",          "GET",  "/_postern/metrics",     get_metrics          },
    {"Reset",               "POST", "/_postern/reset",       reset                },
};
/* clang-format on */

static const struct api_table table = {operations, ARRAY_SIZE(operations), BODY_SIZE_MAX};

static enum outcome get_health(struct call *call)
{
    const struct admin *admin = call_owner(call);
    SCOPED_TEXT body          = {0};

    text_append_format(&body,
                       "{\"status\":\"%s\",\"version\":\"%s\",\"uptimeSeconds\":%lld,\"apis\":%zu,"
                       "\"connections\":%zu,\"functions\":%u}",
                       admin->is_stopping ? "stopping" : "ok", POSTERN_VERSION,
                       (long long)(clock_microseconds() - admin->started_at) / 1000000,
                       gateway_api_count(admin->gateway), gateway_connection_count(admin->gateway),
                       lambda_function_count(admin->lambda));
    return reply_json(call, admin->is_stopping ? 503 : 200, body.data, body.size);
}

/* What scripts that wait for LocalStack look for. */
static enum outcome get_localstack_health(struct call *call)
{
    const struct admin *admin = call_owner(call);
    static const char body[]  = "{\"services\":{\"apigatewaymanagementapi\":\"running\"},"
                                "\"edition\":\"community\",\"version\":\"" POSTERN_VERSION "\"}";

    return reply_json(call, admin->is_stopping ? 503 : 200, body, sizeof body - 1);
}

struct page {
    struct text *out;
    size_t left;
    uint64_t last; /* the number of the last connection written; 0: none */
    bool has_more;
};

static bool write_connection(void *owner, const struct connection_view *view)
{
    struct page *page = owner;

    if (page->left == 0) {
        page->has_more = true;
        return false;
    }
    page->left--;
    text_append_string(page->out, page->last > 0 ? ",{" : "{");
    page->last = view->number;
    text_append_format(page->out, "\"connectionId\":\"%s\",\"apiId\":\"%s\",\"stage\":\"%s\",",
                       view->connection_id, view->api_id, view->stage);
    text_append_format(page->out, "\"connectedAt\":%lld,\"lastActiveAt\":%lld,\"sourceIp\":",
                       (long long)view->connected_at, (long long)view->last_active_at);
    text_append_json_string(page->out, view->source_ip);
    text_append_string(page->out, ",\"userAgent\":");
    if (view->user_agent)
        text_append_json_string(page->out, view->user_agent);
    else
        text_append_string(page->out, "null");
    text_append_character(page->out, '}');
    return true;
}

/* 0 if the parameter is no number from 1 to PAGE_MAX. */
static size_t read_page_size(const char *parameter)
{
    size_t size = 0;

    if (!parameter)
        return PAGE_DEFAULT;
    for (; *parameter >= '0' && *parameter <= '9' && size <= PAGE_MAX; parameter++)
        size = size * 10 + (size_t)(*parameter - '0');
    return *parameter == '\0' && size <= PAGE_MAX ? size : 0;
}

/* False if the parameter is there and no token of ours: the number of a connection. */
static bool read_token(const char *parameter, uint64_t *number)
{
    char *end;

    if (!parameter)
        return true;
    if (parameter[0] < '0' || parameter[0] > '9')
        return false;
    *number = strtoull(parameter, &end, 10);
    return *end == '\0';
}

static enum outcome get_connections(struct call *call)
{
    const struct admin *admin = call_owner(call);
    uint64_t after            = 0;
    SCOPED_TEXT body          = {0};
    struct page page = {.out = &body, .left = read_page_size(call_query(call, "maxResults"))};

    if (page.left == 0)
        return reply_error(call, AWS_BAD_REQUEST, "maxResults must be a number from 1 to 1000");
    if (!read_token(call_query(call, "nextToken"), &after))
        return reply_error(call, AWS_BAD_REQUEST,
                           "nextToken must be what the page before answered");
    text_append_string(&body, "{\"items\":[");
    gateway_each_connection(admin->gateway, call_query(call, "apiId"), call_query(call, "stage"),
                            after, write_connection, &page);
    text_append_string(&body, "],\"nextToken\":");
    if (page.has_more)
        text_append_format(&body, "\"%llu\"", (unsigned long long)page.last);
    else
        text_append_string(&body, "null");
    text_append_character(&body, '}');
    return reply_json(call, 200, body.data, body.size);
}

struct stage_list {
    struct text *out;
    const char *host; /* as the client calls us */
};

static void write_stage(void *owner, const struct stage_view *view)
{
    struct stage_list *list = owner;
    SCOPED_TEXT place       = {0};

    text_append_string(&place, list->host);
    if (!view->is_unique)
        text_append_format(&place, "/%s", view->api_id);
    text_append_format(&place, "/%s", view->stage);
    text_append_string(list->out, list->out->data[list->out->size - 1] == '}' ? ",{" : "{");
    text_append_format(list->out, "\"apiId\":\"%s\",\"name\":", view->api_id);
    text_append_json_string(list->out, view->api_name);
    text_append_string(list->out, ",\"stage\":");
    text_append_json_string(list->out, view->stage);
    for (size_t i = 0; i < 2; i++) {
        SCOPED_MEMORY char *url =
            memory_format("%s://%s", i == 0 ? "ws" : "http", text_string(&place));

        text_append_string(list->out, i == 0 ? ",\"ws\":" : ",\"http\":");
        text_append_json_string(list->out, url);
    }
    text_append_character(list->out, '}');
}

/* Where clients connect to, by the name that this client knows us by. */
static enum outcome get_stages(struct call *call)
{
    const struct admin *admin = call_owner(call);
    const char *host          = call_header(call, "Host");
    SCOPED_TEXT body          = {0};
    struct stage_list list    = {.out = &body, .host = host ? host : "localhost"};

    text_append_string(&body, "{\"items\":[");
    gateway_each_stage(admin->gateway, write_stage, &list);
    text_append_string(&body, "]}");
    return reply_json(call, 200, body.data, body.size);
}

static enum outcome get_metrics(struct call *call)
{
    SCOPED_TEXT body = {0};

    metrics_write(call_owner(call), &body);
    return reply_text(call, 200, METRIC_CONTENT_TYPE, body.data, body.size);
}

static enum outcome reset(struct call *call)
{
    const struct admin *admin = call_owner(call);
    size_t count              = gateway_connection_count(admin->gateway);
    SCOPED_TEXT body          = {0};

    log_info(NULL, "reset: %zu connections are closed", count);
    gateway_close_all(admin->gateway, false);
    gateway_reset_usage(admin->gateway);
    text_append_format(&body, "{\"closedConnections\":%zu}", count);
    return reply_json(call, 200, body.data, body.size);
}

static enum outcome refuse(struct call *call, const char *reason, const char *message)
{
    SCOPED_TEXT body = {0};

    log_warn(LOG_FIELDS({"reason", reason}, {"origin", call_header(call, "Origin")},
                        {"host", call_header(call, "Host")}),
             "%s %s was refused: %s", call_method(call), call_target(call), message);
    text_append_string(&body, "{\"message\":");
    text_append_json_string(&body, message);
    text_append_character(&body, '}');
    return reply_json(call, 403, body.data, body.size);
}

static enum outcome refuse_origin(struct call *call)
{
    return refuse(call, REASON_CROSS_ORIGIN,
                  "a page of another origin may not drive the emulator; only pages of localhost "
                  "may");
}

static enum outcome refuse_host(struct call *call)
{
    return refuse(call, REASON_FOREIGN_HOST,
                  "the Host header must be localhost, *.localhost, 127.0.0.1 or [::1], unless the "
                  "emulator was started with another --host");
}

/* No row: of this method, or at all. */
static enum outcome reply_unknown(struct call *call)
{
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    const char *path  = call_target(call);
    size_t count      = 0;
    int path_is_known = 0;

    operation_find(&table, call_method(call), path, strcspn(path, "?"), parameters, &count,
                   &path_is_known);
    log_info(LOG_FIELDS({"requestId", call_request_id(call)}, {"reason", REASON_NO_SUCH_OPERATION}),
             "%s %.300s got %u", call_method(call), path, path_is_known ? 405 : 404);
    if (path_is_known)
        return reply_error(call, AWS_METHOD_NOT_ALLOWED, NULL);
    return reply_error(call, AWS_NO_SUCH_ROUTE,
                       "the introspection API has GET /_postern/health, /_postern/connections, "
                       "/_postern/stages and /_postern/metrics, and POST /_postern/reset");
}

/* True if path begins with prefix, and nothing or a new segment follows. */
static bool is_at_or_below(const char *path, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(path, prefix, size) == 0 && strchr("/?", path[size]) != NULL;
}

/* /health alone: what is below it may be a stage of that name. */
static bool is_health(const char *path)
{
    size_t size = strlen("/health");

    return strncmp(path, "/health", size) == 0 && (path[size] == '\0' || path[size] == '?');
}

static bool is_ours(const char *target)
{
    const char *path = target;

    while (path[0] == '/' && path[1] == '/')
        path++;
    return is_at_or_below(path, "/_postern") || is_at_or_below(path, "/_localstack") ||
           is_health(path);
}

bool admin_resolve(struct admin *admin, struct call *call, struct http_target *target)
{
    const char *path = call_target(call);

    if (!is_ours(path))
        return false;
    *target = (struct http_target){.owner = admin, .path = path};
    switch (origin_judge(call_header(call, "Host"), call_header(call, "Origin"), admin->any_host)) {
    case ORIGIN_CROSS_ORIGIN:
        target->otherwise = refuse_origin;
        break;
    case ORIGIN_FOREIGN_HOST:
        target->otherwise = refuse_host;
        break;
    case ORIGIN_FINE:
        target->table     = &table;
        target->otherwise = reply_unknown;
        break;
    }
    return true;
}
