#include "cli/connect/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/target.h"
#include "crypto/tls_client.h"
#include "crypto/tls_stream.h"

#define CONNECT_MILLISECONDS 10000 /* for each address */
#define WRITE_MILLISECONDS   30000
#define READ_SIZE            (16 * 1024)

struct transport {
    int socket;
    struct tls_client *client; /* NULL: plain */
    struct tls_stream *stream;
};

/* True for names that mean this machine, which resolvers don't all know. RFC 6761, section 6.3. */
static bool is_localhost(const char *host)
{
    size_t size = strlen(host);

    return strcasecmp(host, "localhost") == 0 ||
           (size > 10 && strcasecmp(host + size - 10, ".localhost") == 0);
}

static bool wait_for(int socket, short events, int timeout_milliseconds)
{
    struct pollfd wanted = {.fd = socket, .events = events};
    int ready;

    do
        ready = poll(&wanted, 1, timeout_milliseconds);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* A connected, non-blocking socket, or a negative errno. */
static int connect_to(const struct addrinfo *address)
{
    int connection = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one        = 1;
    int problem    = 0;
    socklen_t size = sizeof problem;

    if (connection < 0)
        return -errno;
    if (connect(connection, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS)
        problem = errno;
    else if (!wait_for(connection, POLLOUT, CONNECT_MILLISECONDS))
        problem = ETIMEDOUT;
    else
        getsockopt(connection, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0) {
        close(connection);
        return -problem;
    }
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connection;
}

static int connect_to_any(const struct target *target, struct text *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const char *host            = is_localhost(target->host) ? "localhost" : target->host;
    struct addrinfo *addresses;
    int connection = -EADDRNOTAVAIL;
    int problem    = getaddrinfo(host, target->port, &hints, &addresses);

    if (problem != 0) {
        text_append_format(error, "cannot find %s: %s", target->host, gai_strerror(problem));
        return -EADDRNOTAVAIL;
    }
    for (const struct addrinfo *address = addresses; address; address = address->ai_next) {
        connection = connect_to(address);
        if (connection >= 0)
            break;
    }
    freeaddrinfo(addresses);
    if (connection < 0)
        text_append_format(error, "cannot connect to %s port %s: %s%s", target->host, target->port,
                           strerror(-connection),
                           connection == -ECONNREFUSED ? " (is the emulator running?)" : "");
    return connection;
}

static bool begin_tls(struct transport *transport, const struct target *target,
                      const struct transport_settings *settings, struct text *error)
{
    transport->client = tls_client_new();
    if (!transport->client) {
        text_append_string(error, "TLS can't be used");
        return false;
    }
    tls_client_trust_system(transport->client);
    for (const char *const *file = settings->ca_files; *file; file++)
        tls_client_trust_file(transport->client, *file);
    if (settings->no_check)
        tls_client_trust_all(transport->client);
    transport->stream = tls_client_connect(transport->client, transport->socket, target->host);
    if (!transport->stream) {
        text_append_string(error, "TLS can't be used");
        return false;
    }
    return true;
}

struct transport *transport_open(const struct target *target,
                                 const struct transport_settings *settings, struct text *error)
{
    int connection = connect_to_any(target, error);
    struct transport *transport;

    if (connection < 0)
        return NULL;
    transport         = NEW(struct transport);
    transport->socket = connection;
    if (target->is_tls && !begin_tls(transport, target, settings, error)) {
        transport_close(transport);
        return NULL;
    }
    return transport;
}

void transport_close(struct transport *transport)
{
    if (!transport)
        return;
    if (transport->stream)
        tls_stream_end(transport->stream);
    tls_stream_free(transport->stream);
    tls_client_free(transport->client);
    close(transport->socket);
    free(transport);
}

int transport_descriptor(const struct transport *transport)
{
    return transport->socket;
}

static enum transport_result judge_tls(enum tls_progress progress)
{
    switch (progress) {
    case TLS_PROGRESS:
        return TRANSPORT_DONE;
    case TLS_BLOCKED:
        return TRANSPORT_BLOCKED;
    case TLS_ENDED:
        return TRANSPORT_ENDED;
    case TLS_REFUSED:
    case TLS_BROKEN:
        break;
    }
    return TRANSPORT_BROKEN;
}

static enum transport_result judge_plain(ssize_t result, size_t *done)
{
    if (result < 0)
        return errno == EAGAIN || errno == EINTR ? TRANSPORT_BLOCKED : TRANSPORT_BROKEN;
    if (result == 0)
        return TRANSPORT_ENDED;
    *done = (size_t)result;
    return TRANSPORT_DONE;
}

enum transport_result transport_read(struct transport *transport, struct text *received)
{
    char *data  = text_reserve(received, READ_SIZE);
    size_t done = 0;
    enum transport_result result;

    if (transport->stream)
        result = judge_tls(tls_stream_read(transport->stream, data, READ_SIZE, &done));
    else
        result = judge_plain(recv(transport->socket, data, READ_SIZE, 0), &done);
    text_grow(received, done);
    return result;
}

enum transport_result transport_write(struct transport *transport, const void *data, size_t size,
                                      size_t *done)
{
    if (transport->stream)
        return judge_tls(tls_stream_write(transport->stream, data, size, done));
    return judge_plain(send(transport->socket, data, size, MSG_NOSIGNAL), done);
}

/* Why a transport is of no use any more. */
static void explain(const struct transport *transport, enum transport_result result,
                    struct text *error)
{
    const char *refusal = transport->stream ? tls_stream_refusal(transport->stream) : NULL;

    if (refusal)
        text_append_format(
            error, "TLS was refused: %s (--ca FILE trusts an authority, --no-check anybody)",
            refusal);
    else if (result == TRANSPORT_BLOCKED)
        text_append_string(error, "the server doesn't answer");
    else
        text_append_string(error, "the server hung up");
}

/* TLS's first write waits for the server's part of the handshake, too. */
bool transport_write_all(struct transport *transport, const char *data, size_t size,
                         struct text *error)
{
    const short events = transport->stream ? POLLIN : POLLOUT;

    while (size > 0) {
        size_t done                  = 0;
        enum transport_result result = transport_write(transport, data, size, &done);

        if (result == TRANSPORT_BLOCKED && wait_for(transport->socket, events, WRITE_MILLISECONDS))
            continue;
        if (result != TRANSPORT_DONE) {
            explain(transport, result, error);
            return false;
        }
        data += done;
        size -= done;
    }
    return true;
}

enum transport_result transport_wait_read(struct transport *transport, int timeout_milliseconds,
                                          struct text *received, struct text *error)
{
    enum transport_result result = transport_read(transport, received);

    while (result == TRANSPORT_BLOCKED && wait_for(transport->socket, POLLIN, timeout_milliseconds))
        result = transport_read(transport, received);
    if (result == TRANSPORT_BLOCKED || result == TRANSPORT_BROKEN)
        explain(transport, result, error);
    return result;
}
