#include "lambda/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/server.h"

#define BACKLOG 64

/* Connections that one process gets in a turn of the loop. */
#define ACCEPTS_PER_TURN_MAX 16

/* How long we leave the listener alone when there are no descriptors. */
#define PAUSE_MILLISECONDS 100

static void on_connection(struct poller *poller, unsigned events);

static int watch(struct endpoint *endpoint)
{
    return poller_start(endpoint->loop, &endpoint->poller, endpoint->listener, POLLER_READ,
                        on_connection);
}

static void on_pause_over(struct alarm *alarm)
{
    watch(container_of(alarm, struct endpoint, pause));
}

static void tell_refusal(struct endpoint *endpoint)
{
    if (!endpoint->has_refused)
        log_warn(LOG_FIELDS({"reason", REASON_TOO_MANY_CONNECTIONS}),
                 "a handler process has %u connections to its Runtime API at 127.0.0.1:%u and gets "
                 "no more: it should use one again and again, or close it",
                 endpoint->connections, endpoint->port);
    endpoint->has_refused = true;
}

static void take_connection(struct endpoint *endpoint, int socket, const struct sockaddr_in *peer)
{
    int yes = 1;

    if ((ntohl(peer->sin_addr.s_addr) >> 24) != IN_LOOPBACKNET) {
        close(socket);
        return;
    }
    if (endpoint->connections >= ENDPOINT_CONNECTIONS_MAX) {
        close(socket);
        tell_refusal(endpoint);
        return;
    }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (http_server_add(endpoint->server, socket, (const struct sockaddr *)peer, sizeof *peer,
                        endpoint->client) == 0) /* else the socket is closed already */
        endpoint->connections++;
}

static void pause_accepting(struct endpoint *endpoint, int number)
{
    if (log_is_due(&endpoint->complained_at))
        log_errno(number, "cannot accept a handler's connection (told once a minute)");
    poller_stop(&endpoint->poller);
    alarm_set(endpoint->alarms, &endpoint->pause, PAUSE_MILLISECONDS, on_pause_over);
}

static void on_connection(struct poller *poller, unsigned events)
{
    struct endpoint *endpoint = container_of(poller, struct endpoint, poller);

    for (int i = 0; i < ACCEPTS_PER_TURN_MAX; i++) {
        struct sockaddr_in peer = {0};
        socklen_t size          = sizeof peer;
        int socket              = accept4(endpoint->listener, (struct sockaddr *)&peer, &size,
                                          SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (socket >= 0) {
            take_connection(endpoint, socket, &peer);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting(endpoint, errno);
        return;
    }
}

/* A listening socket on a free port, or a negative errno. */
static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0)
        return log_errno(errno, "cannot make a socket");
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, BACKLOG) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        int number = errno;

        close(listener);
        return log_errno(number, "cannot listen for a handler process");
    }
    *port = ntohs(address.sin_port);
    return listener;
}

int endpoint_open(struct endpoint *endpoint, struct loop *loop, struct alarms *alarms,
                  struct http_server *server, void *client)
{
    int result;

    endpoint->loop     = loop;
    endpoint->alarms   = alarms;
    endpoint->server   = server;
    endpoint->client   = client;
    endpoint->listener = listen_somewhere(&endpoint->port);
    if (endpoint->listener < 0) {
        result             = endpoint->listener;
        endpoint->listener = -1;
        return result;
    }
    result = watch(endpoint);
    if (result < 0)
        endpoint_close(endpoint);
    return result;
}

void endpoint_left(struct endpoint *endpoint)
{
    endpoint->connections--;
}

void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->listener < 0)
        return;
    alarm_stop(endpoint->alarms, &endpoint->pause);
    poller_stop(&endpoint->poller);
    close(endpoint->listener);
    endpoint->listener = -1;
}
