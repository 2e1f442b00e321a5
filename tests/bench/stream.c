#include "tests/bench/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG            1024
#define WRITE_MILLISECONDS 5000

static struct sockaddr_in loopback(uint16_t port, unsigned last_byte)
{
    return (struct sockaddr_in){.sin_family      = AF_INET,
                                .sin_port        = htons(port),
                                .sin_addr.s_addr = htonl(0x7f000000u | last_byte)};
}

int stream_connect(uint16_t port, unsigned source)
{
    struct sockaddr_in from = loopback(0, source);
    struct sockaddr_in to   = loopback(port, 1);
    int yes                 = 1;
    int number;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (made < 0)
        return -1;
    setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(made, (struct sockaddr *)&from, sizeof from) == 0 &&
        (connect(made, (struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS))
        return made;
    number = errno;
    close(made);
    errno = number;
    return -1;
}

int stream_listen(uint16_t *port)
{
    struct sockaddr_in address = loopback(0, 1);
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0)
        return -1;
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, BACKLOG) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        close(listener);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

enum stream_result stream_read(struct stream *stream)
{
    size_t room = sizeof stream->data - stream->size;
    ssize_t got = room > 0 ? recv(stream->socket, stream->data + stream->size, room, 0) : 0;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return STREAM_NOTHING;
    if (got <= 0)
        return STREAM_CLOSED;
    stream->size += (unsigned)got;
    return STREAM_MORE;
}

void stream_drop(struct stream *stream, size_t size)
{
    stream->size -= (unsigned)size;
    memmove(stream->data, stream->data + size, stream->size);
}

bool stream_write(int socket, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent       = send(socket, data, size, MSG_NOSIGNAL);
        struct pollfd room = {.fd = socket, .events = POLLOUT};

        if (sent > 0) {
            data += sent;
            size -= (size_t)sent;
        } else if (errno != EINTR && (errno != EAGAIN || poll(&room, 1, WRITE_MILLISECONDS) <= 0)) {
            return false;
        }
    }
    return true;
}

void stream_close(struct stream *stream)
{
    if (stream->socket >= 0)
        close(stream->socket);
    stream->socket = -1;
    stream->size   = 0;
}
