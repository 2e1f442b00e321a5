#include "tests/bench/floor.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/stream.h"
#include "tests/bench/wire.h"

#define EVENTS_MAX 256
#define ECHO       "POST /echo "

static const char upgrade_answer[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                     "Upgrade: WebSocket\r\n"
                                     "Connection: Upgrade\r\n"
                                     "Sec-WebSocket-Accept: " WIRE_ACCEPT "\r\n\r\n";

static const char post_answer[] = "HTTP/1.1 200 OK\r\n"
                                  "Connection: Keep-Alive\r\n"
                                  "Content-Length: 0\r\n"
                                  "Content-Type: application/json\r\n"
                                  "x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n"
                                  "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";

static const char gone_answer[] = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";

struct floor {
    int epoll;
    int listener;
    struct stream **streams; /* by descriptor */
    size_t descriptors;
    int *targets; /* by number */
    size_t target_count;
};

static void take_connections(struct floor *floor)
{
    for (;;) {
        int made = accept4(floor->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = made};
        int yes                  = 1;

        if (made < 0)
            return;
        if ((size_t)made >= floor->descriptors) {
            close(made);
            continue;
        }
        setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        floor->streams[made]         = calloc(1, sizeof(struct stream));
        floor->streams[made]->socket = made;
        epoll_ctl(floor->epoll, EPOLL_CTL_ADD, made, &event);
    }
}

static void forget(struct floor *floor, int descriptor)
{
    stream_close(floor->streams[descriptor]);
    free(floor->streams[descriptor]);
    floor->streams[descriptor] = NULL;
}

static int find_target(const struct floor *floor, const char *head)
{
    const char *at = strstr(head, "/@connections/");
    size_t number  = at ? strtoul(at + strlen("/@connections/"), NULL, 10) : floor->target_count;

    return number < floor->target_count ? floor->targets[number] : -1;
}

/* A backend of HTTP_PROXY: what comes goes back. */
static bool say_back(struct stream *stream, const struct wire_message *message)
{
    char answer[256 + WIRE_PAYLOAD_MAX];
    int size =
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%.*s",
                 message->body_size, (int)message->body_size, stream->data + message->head_size);

    return stream_write(stream->socket, answer, (size_t)size);
}

static bool take_request(struct floor *floor, struct stream *stream,
                         const struct wire_message *message)
{
    char frame[WIRE_FRAME_MAX];
    size_t size;
    int target;

    if (stream->data[0] == 'G') {
        if (floor->target_count < floor->descriptors)
            floor->targets[floor->target_count++] = stream->socket;
        return stream_write(stream->socket, upgrade_answer, sizeof upgrade_answer - 1);
    }
    if (strncmp(stream->data, ECHO, strlen(ECHO)) == 0)
        return say_back(stream, message);
    stream->data[message->head_size - 1] = '\0'; /* the last line end: a string */
    target                               = find_target(floor, stream->data);
    if (target < 0 || !floor->streams[target])
        return stream_write(stream->socket, gone_answer, sizeof gone_answer - 1);
    size = wire_write_text(stream->data + message->head_size, message->body_size, false, frame);
    stream_write(target, frame, size);
    return stream_write(stream->socket, post_answer, sizeof post_answer - 1);
}

static void take_bytes(struct floor *floor, int descriptor)
{
    struct stream *stream       = floor->streams[descriptor];
    struct wire_message message = {0};
    size_t used                 = 0;

    switch (stream_read(stream)) {
    case STREAM_NOTHING:
        return;
    case STREAM_CLOSED:
        forget(floor, descriptor);
        return;
    case STREAM_MORE:
        break;
    }
    while (wire_read_message(stream->data, stream->size, &message)) {
        used = message.head_size + message.body_size;
        if (message.body_size > WIRE_PAYLOAD_MAX || !take_request(floor, stream, &message)) {
            forget(floor, descriptor);
            return;
        }
        stream_drop(stream, used);
    }
}

void floor_serve(int listener)
{
    struct floor floor       = {.listener = listener};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    struct epoll_event events[EVENTS_MAX];
    struct rlimit limit = {0};

    getrlimit(RLIMIT_NOFILE, &limit);
    floor.descriptors = limit.rlim_cur;
    floor.streams     = calloc(floor.descriptors, sizeof *floor.streams);
    floor.targets     = calloc(floor.descriptors, sizeof *floor.targets);
    floor.epoll       = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(floor.epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(floor.epoll, events, EVENTS_MAX, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                take_connections(&floor);
            else
                take_bytes(&floor, events[i].data.fd);
        }
    }
}
