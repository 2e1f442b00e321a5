#include "tests/bench/swarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/samples.h"
#include "tests/bench/stream.h"
#include "tests/bench/wire.h"

#define EVENTS_MAX       256
#define OPENING_MAX      64 /* handshakes under way at once */
#define PATIENCE_SECONDS 30.0
#define KIND_TEXT        1
#define KIND_CLOSE       8

/* Clients on one source address: the system has 28 000 ports for each, some of them lately used. */
#define CLIENTS_PER_SOURCE 5000
#define SOURCE_FIRST       2
#define SOURCE_LAST        250

bool swarm_init(struct swarm *swarm, uint16_t port, const char *path, size_t count_max)
{
    *swarm = (struct swarm){
        .epoll   = epoll_create1(EPOLL_CLOEXEC),
        .port    = port,
        .path    = path,
        .streams = calloc(count_max, sizeof *swarm->streams),
    };
    return swarm->epoll >= 0 && swarm->streams;
}

static unsigned next_source(void)
{
    static unsigned made;

    made++;
    return SOURCE_FIRST + made / CLIENTS_PER_SOURCE % (SOURCE_LAST - SOURCE_FIRST + 1);
}

static bool begin_one(struct swarm *swarm)
{
    struct epoll_event event = {.events = EPOLLOUT, .data.u64 = swarm->count};
    struct stream *stream    = calloc(1, sizeof *stream);

    if (!stream)
        return false;
    stream->socket = stream_connect(swarm->port, next_source());
    if (stream->socket < 0) {
        perror("bench: cannot connect");
        free(stream);
        return false;
    }
    swarm->streams[swarm->count++] = stream;
    return epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, stream->socket, &event) == 0;
}

static void lose(struct swarm *swarm, struct stream *stream)
{
    stream_close(stream);
    swarm->lost++;
}

/* The connection is made: asks for the upgrade. */
static void ask(struct swarm *swarm, size_t index)
{
    struct stream *stream    = swarm->streams[index];
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};
    char request[512];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: localhost:%u\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nUser-Agent: bench/1\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WIRE_KEY "\r\n\r\n",
                        swarm->path, swarm->port);

    epoll_ctl(swarm->epoll, EPOLL_CTL_MOD, stream->socket, &event);
    if (!stream_write(stream->socket, request, (size_t)size))
        lose(swarm, stream);
}

static void take_frames(struct swarm *swarm, size_t index)
{
    struct stream *stream = swarm->streams[index];
    const char *payload;
    size_t payload_size;
    unsigned kind;
    size_t size;

    while (stream->socket >= 0 &&
           (size = wire_read_frame(stream->data, stream->size, &payload, &payload_size, &kind))) {
        if (kind == KIND_CLOSE) {
            lose(swarm, stream);
            return;
        }
        if (kind == KIND_TEXT) {
            swarm->frames++;
            if (swarm->on_frame)
                swarm->on_frame(swarm->owner, index, payload, payload_size);
        }
        stream_drop(stream, size);
    }
}

/* The first answer of a server begins with 'H', no frame of it does. */
static void take_answer(struct swarm *swarm, struct stream *stream)
{
    struct wire_message answer;

    if (!wire_read_message(stream->data, stream->size, &answer))
        return;
    if (answer.status != 101) {
        lose(swarm, stream);
        return;
    }
    swarm->open++;
    stream_drop(stream, answer.head_size);
}

static void read_one(struct swarm *swarm, size_t index)
{
    struct stream *stream     = swarm->streams[index];
    enum stream_result result = stream_read(stream);

    if (result == STREAM_NOTHING)
        return;
    if (result == STREAM_CLOSED) {
        lose(swarm, stream);
        return;
    }
    if (stream->data[0] == 'H')
        take_answer(swarm, stream);
    take_frames(swarm, index);
}

void swarm_pump(struct swarm *swarm, int milliseconds)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(swarm->epoll, events, EVENTS_MAX, milliseconds);

    for (int i = 0; i < count; i++) {
        size_t index = events[i].data.u64;

        if (swarm->streams[index]->socket < 0)
            continue;
        if (events[i].events & EPOLLOUT)
            ask(swarm, index);
        else
            read_one(swarm, index);
    }
}

bool swarm_open(struct swarm *swarm, size_t count)
{
    double deadline = clock_now() + PATIENCE_SECONDS;

    while (swarm->open + swarm->lost < count && clock_now() < deadline) {
        while (swarm->count < count && swarm->count - swarm->open - swarm->lost < OPENING_MAX) {
            if (!begin_one(swarm))
                return false;
        }
        swarm_pump(swarm, 100);
    }
    return swarm->open == count && swarm->lost == 0;
}

bool swarm_await_frames(struct swarm *swarm, size_t frames)
{
    double deadline = clock_now() + PATIENCE_SECONDS;

    while (swarm->frames < frames && swarm->lost == 0 && clock_now() < deadline)
        swarm_pump(swarm, 100);
    return swarm->frames >= frames;
}

bool swarm_send(struct swarm *swarm, size_t index, const char *text, size_t size)
{
    char frame[WIRE_FRAME_MAX];

    size = wire_write_text(text, size, true, frame);
    return stream_write(swarm->streams[index]->socket, frame, size);
}

void swarm_deinit(struct swarm *swarm)
{
    for (size_t i = 0; i < swarm->count; i++) {
        stream_close(swarm->streams[i]);
        free(swarm->streams[i]);
    }
    free(swarm->streams);
    if (swarm->epoll >= 0)
        close(swarm->epoll);
    *swarm = (struct swarm){.epoll = -1};
}
