#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/call.h"
#include "http/call_state.h"
#include "http/peer.h"
#include "http/request.h"
#include "http/server_state.h"

/* Idle connections that make room at once; there may be more of them in the next moment. */
#define DROPPED_AT_ONCE_MAX 32

/* Rounds of libmicrohttpd in one turn of the loop, so that it doesn't keep the others out; rounds
 * that the last answers get. */
#define ROUNDS_PER_TURN_MAX 8
#define LAST_ROUNDS_MAX     100

static void pump(struct http_server *server);

static void on_pump(struct loop_task *task)
{
    pump(container_of(task, struct http_server, pump));
}

void http_server_pump_later(struct http_server *server)
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
        http_server_pump_later(server);
    else
        alarm_set(&server->alarms, &server->idle, (int64_t)wait, on_idle);
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
    idlers_remove(&server->idlers, peer);
    if (server->settings.left)
        server->settings.left(server->settings.owner, peer->client);
    free(peer);
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
        flags, 0, NULL, NULL, request_on_part, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, server,
        MHD_OPTION_URI_LOG_CALLBACK, request_on_target, server, MHD_OPTION_NOTIFY_COMPLETED,
        request_on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
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
    result = peer_watch_init(&server->peers, server->loop, request_on_peer_left, server);
    if (result == 0)
        result = leavers_init(&server->leavers, server->loop, &server->alarms);
    idlers_init(&server->idlers, &server->alarms, server->settings.idle_seconds);
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
    if (!server)
        return;
    server->is_stopping = true;
    if (server->daemon)
        stop_daemon(server);
    poller_stop(&server->poller);
    loop_task_cancel(&server->pump);
    peer_watch_deinit(&server->peers);
    leavers_deinit(&server->leavers);
    idlers_deinit(&server->idlers);
    alarms_deinit(&server->alarms);
    if (server->empty)
        MHD_destroy_response(server->empty);
    request_free_spare(server);
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
    idlers_add(&server->idlers, arriving);
    leavers_add(&server->leavers, memory_take(&arriving));
    if (server->settings.idle_seconds > 0 && !server->idle.position)
        alarm_set(&server->alarms, &server->idle, server->settings.idle_seconds * 1000, on_idle);
    return 0;
}

size_t http_server_drop_idle(struct http_server *server)
{
    return idlers_drop(&server->idlers, DROPPED_AT_ONCE_MAX);
}

size_t http_server_connection_count(const struct http_server *server)
{
    return server->connection_count;
}
