#include "http/server.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/queue.h"
#include "base/reason.h"
#include "http/body.h"
#include "http/call.h"
#include "http/call_state.h"
#include "http/framing.h"
#include "http/leavers.h"
#include "http/peer_watch.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"

/* Calls that are kept for later requests, and the largest body buffer one of them keeps. */
#define SPARE_CALLS_MAX     256
#define SPARE_BODY_SIZE_MAX 16384

/* Rounds of libmicrohttpd in one turn of the loop, so that it doesn't keep the others out; rounds
 * that the last answers get. */
#define ROUNDS_PER_TURN_MAX 8
#define LAST_ROUNDS_MAX     100

struct http_server {
    struct loop *loop;
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    struct MHD_Response *empty; /* shared by all empty answers that need no header of their own */
    struct poller poller;       /* libmicrohttpd's epoll descriptor */
    struct alarms alarms;
    struct alarm idle; /* when a connection will have been idle for too long */
    struct loop_task pump;
    struct peer_watch peers; /* of calls that wait */
    struct leavers leavers;
    struct queue waiting; /* calls that somebody will answer later */
    struct queue spare;
    size_t connection_count;
    struct http_peer *arriving; /* that is being added */
    bool is_stopping;
};

static void pump(struct http_server *server);

static void on_pump(struct loop_task *task)
{
    pump(container_of(task, struct http_server, pump));
}

/* For what happens outside of the sockets' events; libmicrohttpd is never run from within itself.
 */
static void pump_later(struct http_server *server)
{
    loop_later(server->loop, &server->pump, on_pump);
}

static void on_idle(struct alarm *idle)
{
    pump(container_of(idle, struct http_server, idle));
}

static void on_epoll(struct poller *poller, unsigned events)
{
    pump(container_of(poller, struct http_server, poller));
}

/* A timeout of 0 means that connections have bytes left that no event will announce. */
static void pump(struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;
    enum MHD_Result has_timeout;
    int round = 0;

    do {
        MHD_run(server->daemon);
        has_timeout = MHD_get_timeout(server->daemon, &wait);
        round++;
    } while (has_timeout == MHD_YES && wait == 0 && round < ROUNDS_PER_TURN_MAX);

    if (has_timeout != MHD_YES)
        alarm_stop(&server->alarms, &server->idle);
    else if (wait == 0)
        pump_later(server);
    else
        alarm_set(&server->alarms, &server->idle, (int64_t)wait, on_idle);
}

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
    pump_later(server);
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

static void on_peer_left(void *owner, void *peer)
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
static void *on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = owner;
    struct call *call          = queue_entry(queue_pop(&server->spare), struct call, link);
    const struct http_peer *peer;

    if (!call)
        call = NEW(struct call);
    call->server         = server;
    call->connection     = connection;
    call->shared         = server->settings.aws_request_id ? NULL : server->empty;
    call->has_request_id = server->settings.aws_request_id;
    call->on_answered    = resume;
    peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    call->client = peer->client;
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

/* libmicrohttpd is through with a request, whatever became of it. */
static void on_completed(void *owner, struct MHD_Connection *connection, void **context,
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
    *context = NULL;
    store_call(server, call);
}

static void on_connection(void *owner, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = owner;
    struct http_peer *peer     = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = server->arriving;
        return;
    }
    if (peer == server->arriving)
        return; /* libmicrohttpd couldn't take it after all */
    server->connection_count--;
    leavers_remove(&server->leavers, peer);
    if (server->settings.left)
        server->settings.left(server->settings.owner, peer->client);
    free(peer);
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

static enum MHD_Result begin(struct call *call, const char *method, const char *version)
{
    const struct http_settings *settings = &call->server->settings;

    call->method   = method;
    call->has_head = true;
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

/*
 * libmicrohttpd calls this with the head, with each piece of the body, at the end of the body, and
 * from there on again after each resume.
 */
static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
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

/* Its messages are about peers, or of use to nobody: options that a socket pair doesn't have. */
__attribute__((format(printf, 2, 0))) static void on_log(void *owner, const char *format,
                                                         va_list arguments)
{
    char line[256];

    if (!log_is_on(LOG_DEBUG))
        return;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug(NULL, "libmicrohttpd: %s", line);
}

static struct MHD_Daemon *start_daemon(struct http_server *server)
{
    const struct http_settings *settings = &server->settings;
    unsigned flags =
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->memory, MHD_OPTION_CONNECTION_LIMIT,
        settings->connections, MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static struct MHD_Response *make_empty_response(void)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

    if (response)
        MHD_add_response_header(response, "Content-Type", "application/json");
    return response;
}

static int start(struct http_server *server)
{
    const union MHD_DaemonInfo *info;
    int result = alarms_init(&server->alarms, &server->loop->uv);

    if (result < 0)
        return result;
    result = peer_watch_init(&server->peers, server->loop, on_peer_left, server);
    if (result == 0)
        result = leavers_init(&server->leavers, server->loop, &server->alarms);
    if (result < 0)
        return result;
    server->empty  = make_empty_response();
    server->daemon = start_daemon(server);
    if (!server->daemon || !server->empty)
        return log_errno(errno ? errno : ENOMEM, "cannot start an HTTP server");
    info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return log_errno(ENOTSUP, "libmicrohttpd has no epoll descriptor");
    return poller_start(server->loop, &server->poller, info->epoll_fd, POLLER_READ, on_epoll);
}

struct http_server *http_server_new(struct loop *loop, const struct http_settings *settings)
{
    struct http_server *server = NEW(struct http_server);

    server->loop                = loop;
    server->settings            = *settings;
    server->peers.epoll         = -1;
    server->leavers.watch.epoll = -1;
    if (start(server) < 0) {
        http_server_free(server);
        return NULL;
    }
    return server;
}

/* libmicrohttpd must not be stopped while it has suspended connections. */
static void answer_waiting(struct http_server *server)
{
    struct call *call;

    while ((call = queue_entry(server->waiting.first, struct call, link))) {
        if (call->gone)
            call->gone(call->gone_owner);
        reply_error(call, AWS_SERVICE_UNAVAILABLE, NULL);
    }
}

static void stop_daemon(struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;

    answer_waiting(server);
    for (int round = 0; round < LAST_ROUNDS_MAX; round++) {
        MHD_run(server->daemon);
        if (queue_is_empty(&server->waiting) &&
            (MHD_get_timeout(server->daemon, &wait) != MHD_YES || wait > 0))
            break;
        answer_waiting(server);
    }
    poller_stop(&server->poller);
    MHD_stop_daemon(server->daemon);
}

void http_server_free(struct http_server *server)
{
    struct call *call;

    if (!server)
        return;
    server->is_stopping = true;
    if (server->daemon)
        stop_daemon(server);
    poller_stop(&server->poller);
    loop_task_cancel(&server->pump);
    peer_watch_deinit(&server->peers);
    leavers_deinit(&server->leavers);
    alarms_deinit(&server->alarms);
    if (server->empty)
        MHD_destroy_response(server->empty);
    while ((call = queue_entry(queue_pop(&server->spare), struct call, link)))
        free_call(call);
    free(server);
}

int http_server_add(struct http_server *server, int socket, const struct sockaddr *peer,
                    socklen_t peer_size, void *client)
{
    SCOPED_MEMORY struct http_peer *arriving = NEW(struct http_peer);
    enum MHD_Result result;

    arriving->client = client;
    arriving->socket = socket;
    server->arriving = arriving;
    errno            = 0;
    result           = MHD_add_connection(server->daemon, socket, peer, peer_size);
    server->arriving = NULL;
    if (result != MHD_YES) {
        log_info(LOG_FIELDS({"reason", REASON_TOO_MANY_HTTP_CONNECTIONS}),
                 "an HTTP connection is refused: %u are open", server->settings.connections);
        return errno ? -errno : -EIO;
    }
    server->connection_count++;
    leavers_add(&server->leavers, memory_take(&arriving));
    if (server->settings.idle_seconds > 0 && !server->idle.position)
        alarm_set(&server->alarms, &server->idle, server->settings.idle_seconds * 1000, on_idle);
    return 0;
}

size_t http_server_connection_count(const struct http_server *server)
{
    return server->connection_count;
}
