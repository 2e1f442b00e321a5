#include "http/request.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/body.h"
#include "http/call.h"
#include "http/call_state.h"
#include "http/framing.h"
#include "http/peer.h"
#include "http/server_state.h"

/* Calls that are kept for later requests, and the largest body buffer one of them keeps. */
#define SPARE_CALLS_MAX     256
#define SPARE_BODY_SIZE_MAX 16384

static int socket_of(const struct call *call)
{
    return MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* The call has got its answer, or lost its peer: libmicrohttpd asks for it again. */
static void resume(struct call *call)
{
    struct http_server *server = call->server;

    if (!call->is_suspended)
        return;
    call->is_suspended = false;
    queue_remove(&server->waiting, &call->link);
    peer_watch_remove(&server->peers, socket_of(call));
    MHD_resume_connection(call->connection);
    http_server_pump_later(server);
}

static void suspend(struct call *call)
{
    call->is_suspended = true;
    queue_push(&call->server->waiting, &call->link);
    peer_watch_add(&call->server->peers, socket_of(call), call);
    MHD_suspend_connection(call->connection);
}

static void tell_gone(struct call *call)
{
    call_become(call, CALL_GONE);
    if (call->gone)
        call->gone(call->gone_owner);
}

void request_on_peer_left(void *owner, void *peer)
{
    struct call *call = peer;

    tell_gone(call);
    resume(call);
}

/*
 * A copy of target that begins with '/' if it is one of those that a server must take: a target
 * with a host in it becomes a path, as in request_head.h; its host isn't looked at.
 */
static const char *copy_target(struct call *call, const char *target)
{
    bool is_absolute =
        strncasecmp(target, "http://", 7) == 0 || strncasecmp(target, "https://", 8) == 0;
    const char *slash = "";
    char *copy;

    if (is_absolute) {
        target = strstr(target, "://") + strlen("://");
        target += strcspn(target, "/?");
        slash = *target == '/' ? "" : "/";
    }
    copy = call_scratch(call, strlen(slash) + strlen(target));
    memcpy(copy, slash, strlen(slash));
    memcpy(copy + strlen(slash), target, strlen(target) + 1);
    return copy;
}

/* libmicrohttpd shows the target here only as it was sent: later it is decoded. */
void *request_on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = owner;
    struct call *call          = queue_entry(queue_pop(&server->spare), struct call, link);

    if (!call)
        call = NEW(struct call);
    call->server         = server;
    call->connection     = connection;
    call->shared         = server->settings.aws_request_id ? NULL : server->empty;
    call->has_request_id = server->settings.aws_request_id;
    call->on_answered    = resume;
    call->peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    call->client = call->peer->client;
    call->target = copy_target(call, target);
    return call;
}

static void free_call(struct call *call)
{
    arena_deinit(&call->arena);
    text_deinit(&call->body);
    free(call);
}

/* Everything but the scratch is zeroed; the body keeps its memory. */
static void store_call(struct http_server *server, struct call *call)
{
    struct text body = call->body;

    if (server->spare.count >= SPARE_CALLS_MAX || body.capacity > SPARE_BODY_SIZE_MAX) {
        free_call(call);
        return;
    }
    arena_deinit(&call->arena);
    text_clear(&body);
    memset(call, 0, offsetof(struct call, scratch));
    call->body = body;
    queue_push_first(&server->spare, &call->link);
}

void request_on_completed(void *owner, struct MHD_Connection *connection, void **context,
                          enum MHD_RequestTerminationCode code)
{
    struct http_server *server = owner;
    struct call *call          = *context;

    if (!call)
        return;
    if (call->is_suspended) {
        call->is_suspended = false;
        queue_remove(&server->waiting, &call->link);
        peer_watch_remove(&server->peers, socket_of(call));
    }
    if (call->phase == CALL_WAITING)
        tell_gone(call);
    if (call->response && call->response != server->empty)
        MHD_destroy_response(call->response);
    if (call->has_head)
        idlers_add(&server->idlers, call->peer);
    *context = NULL;
    store_call(server, call);
}

/* HEAD is GET whose body libmicrohttpd leaves out. */
static const char *method_asked(const struct call *call)
{
    return strcmp(call->method, "HEAD") == 0 ? "GET" : call->method;
}

static void find_operation(struct call *call, int *path_is_known)
{
    const struct http_target *goal = &call->goal;
    const char *path               = goal->path ? goal->path : call->target;
    size_t size                    = strcspn(path, "?");

    if (!goal->table)
        return;
    call->operation = operation_find(goal->table, call->method, path, size, call->parameters,
                                     &call->parameter_count, path_is_known);
    if (!call->operation)
        call->operation = operation_find(goal->table, method_asked(call), path, size,
                                         call->parameters, &call->parameter_count, path_is_known);
}

static enum outcome run(struct call *call)
{
    int path_is_known = false;

    if (call->server->is_stopping) {
        log_info(LOG_FIELDS({"reason", REASON_STOPPING}), "%s %.300s got 503: the emulator stops",
                 call->method, call->target);
        return reply_error(call, AWS_SERVICE_UNAVAILABLE, NULL);
    }
    find_operation(call, &path_is_known);
    if (call->operation)
        return call->operation->handler(call);
    if (call->goal.otherwise)
        return call->goal.otherwise(call);
    if (path_is_known)
        return reply_error(call, AWS_METHOD_NOT_ALLOWED, NULL);
    return reply_error(call, AWS_NO_SUCH_ROUTE, "Not Found");
}

static enum MHD_Result send_answer(struct call *call)
{
    enum MHD_Result result = MHD_queue_response(call->connection, call->status, call->response);

    if (call->response != call->server->empty)
        MHD_destroy_response(call->response);
    call->response = NULL;
    return result;
}

static enum MHD_Result refuse(struct call *call, const char *detail)
{
    log_info(LOG_FIELDS({"reason", REASON_MALFORMED_REQUEST}), "an HTTP request is refused: %s",
             detail);
    call_add_header(call, "Connection", "close");
    reply_error(call, AWS_BAD_REQUEST, detail);
    return send_answer(call);
}

/* The head is complete. */
static enum MHD_Result begin(struct call *call, const char *method, const char *version)
{
    const struct http_settings *settings = &call->server->settings;

    call->method   = method;
    call->has_head = true;
    idlers_remove(&call->server->idlers, call->peer);
    if (!framing_is_sound(call->connection, version))
        return refuse(call, "Bad Request");
    if (*call->target != '/')
        return refuse(call, "Bad Request");
    settings->resolve(settings->owner, call, &call->goal);
    return MHD_YES;
}

/* What a handler, or whoever answered later, has left to do. */
static enum MHD_Result conclude(struct call *call)
{
    switch (call->phase) {
    case CALL_ANSWERED:
        return send_answer(call);
    case CALL_WAITING:
        suspend(call);
        return MHD_YES;
    case CALL_GONE:
        return MHD_NO;
    case CALL_READING:
    case CALL_RUNNING:
        break;
    }
    assert(0 && "a handler has neither answered nor said that it will");
    return MHD_NO;
}

enum MHD_Result request_on_part(void *owner, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **context)
{
    const struct http_server *server = owner;
    struct call *call                = *context;
    size_t taken                     = *size;

    *size = 0;
    if (!call->has_head)
        return begin(call, method, version);
    if (taken > 0)
        return body_take(call, data, taken, server->settings.body_seconds) ? MHD_YES : MHD_NO;
    if (call->phase == CALL_READING) {
        call_become(call, CALL_RUNNING);
        run(call);
    }
    return conclude(call);
}

void request_free_spare(struct http_server *server)
{
    struct call *call;

    while ((call = queue_entry(queue_pop(&server->spare), struct call, link)))
        free_call(call);
}
