#include "admin/admin_api.h"

#include <stdlib.h>
#include <string.h>

#include "admin/origin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
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
static enum outcome reset(struct call *call);

/* clang-format off */
static const struct operation operations[] = {
    {"GetHealth",           "GET",  "/_postern/health",      get_health},
    {"GetHealth",           "GET",  "/health",               get_health},
    {"GetLocalStackHealth", "GET",  "/_localstack/health",   get_localstack_health},
    {"GetConnections",      "GET",  "/_postern/connections", get_connections},
    {"Reset",               "POST", "/_postern/reset",       reset},
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
    static const char body[] = "{\"services\":{\"apigateway\":\"running\",\"lambda\":\"running\"},"
                               "\"edition\":\"postern\",\"version\":\"" POSTERN_VERSION "\"}";

    return reply_json(call, 200, body, sizeof body - 1);
}

struct page {
    struct text *out;
    size_t left;
    const char *last; /* the last connection written */
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
    text_append_string(page->out, page->last ? ",{" : "{");
    page->last = view->connection_id;
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

static enum outcome get_connections(struct call *call)
{
    const struct admin *admin = call_owner(call);
    const char *most          = call_query(call, "maxResults");
    const char *after         = call_query(call, "nextToken");
    long count                = most ? strtol(most, NULL, 10) : PAGE_DEFAULT;
    SCOPED_TEXT body          = {0};
    struct page page          = {.out = &body, .left = (size_t)count};

    if (count < 1 || count > PAGE_MAX)
        return reply_error(call, AWS_BAD_REQUEST, "maxResults must be from 1 to 1000");
    text_append_string(&body, "{\"items\":[");
    gateway_each_connection(admin->gateway, call_query(call, "apiId"), call_query(call, "stage"),
                            after ? after : "", write_connection, &page);
    text_append_string(&body, "],\"nextToken\":");
    if (page.has_more)
        text_append_json_string(&body, page.last);
    else
        text_append_string(&body, "null");
    text_append_character(&body, '}');
    return reply_json(call, 200, body.data, body.size);
}

static enum outcome reset(struct call *call)
{
    const struct admin *admin = call_owner(call);

    log_info(NULL, "reset: %zu connections are closed", gateway_connection_count(admin->gateway));
    gateway_close_all(admin->gateway, false);
    return reply_json(call, 200, "{}", 2);
}

static enum outcome refuse_origin(struct call *call)
{
    const char *origin = call_header(call, "Origin");
    const char *host   = call_header(call, "Host");

    log_warn(LOG_FIELDS({"reason", "cross-origin"}, {"origin", origin}, {"host", host}),
             "%s %s was refused: a page of another origin may not drive the emulator",
             call_method(call), call_target(call));
    return reply_error(call, AWS_FORBIDDEN, NULL);
}

static enum outcome reply_unknown(struct call *call)
{
    return reply_error(call, AWS_NO_SUCH_ROUTE, "Not an operation of the introspection API");
}

/* True if path begins with prefix, and nothing or a new segment follows. */
static bool is_below(const char *path, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(path, prefix, size) == 0 && strchr("/?", path[size]) != NULL;
}

bool admin_resolve(struct admin *admin, struct call *call, struct http_target *target)
{
    const char *path   = call_target(call);
    const char *origin = call_header(call, "Origin");
    const char *host   = call_header(call, "Host");

    if (!is_below(path, "/_postern") && !is_below(path, "/health") &&
        !is_below(path, "/_localstack"))
        return false;
    *target = (struct http_target){.owner = admin, .path = path, .otherwise = reply_unknown};
    if ((origin && !origin_is_local(origin)) ||
        (!admin->any_host && (!host || !origin_is_local_host(host))))
        target->otherwise = refuse_origin;
    else
        target->table = &table;
    return true;
}
