#include "tests/bench/post_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/samples.h"
#include "tests/bench/server.h"
#include "tests/bench/stream.h"
#include "tests/bench/swarm.h"
#include "tests/bench/wire.h"

#define PATIENCE_SECONDS 30.0
#define REQUEST_MAX      320

/* Typical of a notification. */
#define BODY "{\"type\":\"tick\",\"number\":12345678}"

struct poster {
    struct stream stream;
    double sent_at[POST_DEPTH_MAX]; /* a ring */
    size_t sent;
    size_t answered;
};

struct run {
    const struct post_load *load;
    struct poster *posters;
    struct samples latencies;
    unsigned long long random;
    int epoll;
    size_t sent;
    size_t answered;
    bool has_failed;
};

static const char *next_path(struct run *run)
{
    if (run->load->in_order)
        return run->load->paths[run->sent % run->load->path_count];
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->load->paths[run->random % run->load->path_count];
}

/* As many as may be under way, in one packet. */
static void send_more(struct run *run, struct poster *poster)
{
    char requests[POST_DEPTH_MAX * REQUEST_MAX];
    size_t size = 0;
    double now  = clock_now();

    while (poster->sent - poster->answered < run->load->depth && run->sent < run->load->posts) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "POST %s HTTP/1.1\r\nHost: localhost:%u\r\n"
                                 "Content-Type: application/octet-stream\r\n"
                                 "Content-Length: %zu\r\n\r\n%s",
                                 next_path(run), run->load->server->port, sizeof BODY - 1, BODY);
        poster->sent_at[poster->sent++ % POST_DEPTH_MAX] = now;
        run->sent++;
    }
    if (size > 0 && !stream_write(poster->stream.socket, requests, size))
        run->has_failed = true;
}

static void take_answers(struct run *run, struct poster *poster)
{
    struct wire_message answer;
    size_t used = 0;
    double now;

    if (stream_read(&poster->stream) == STREAM_CLOSED) {
        run->has_failed = true;
        return;
    }
    now = clock_now();
    while (wire_read_message(poster->stream.data + used, poster->stream.size - used, &answer)) {
        if (answer.status != 200)
            run->has_failed = true;
        used += answer.head_size + answer.body_size;
        samples_add(&run->latencies, now - poster->sent_at[poster->answered++ % POST_DEPTH_MAX]);
        run->answered++;
    }
    stream_drop(&poster->stream, used);
    send_more(run, poster);
}

static bool connect_all(struct run *run)
{
    struct epoll_event receivers = {.events = EPOLLIN, .data.ptr = NULL};

    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, run->load->receivers->epoll, &receivers) < 0)
        return false;
    for (size_t i = 0; i < run->load->connections; i++) {
        struct poster *poster    = &run->posters[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = poster};

        poster->stream.socket = stream_connect(run->load->server->port, 1);
        if (poster->stream.socket < 0 ||
            epoll_ctl(run->epoll, EPOLL_CTL_ADD, poster->stream.socket, &event) < 0)
            return false;
    }
    return true;
}

static void post_all(struct run *run)
{
    struct epoll_event events[POST_CONNECTIONS_MAX + 1];
    double deadline = clock_now() + PATIENCE_SECONDS;

    for (size_t i = 0; i < run->load->connections; i++)
        send_more(run, &run->posters[i]);
    while (run->answered < run->load->posts && !run->has_failed && clock_now() < deadline) {
        int count = epoll_wait(run->epoll, events, POST_CONNECTIONS_MAX + 1, 1000);

        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr)
                take_answers(run, events[i].data.ptr);
            else
                swarm_pump(run->load->receivers, 0);
        }
    }
}

bool post_load_run(const struct post_load *load, struct post_figures *figures)
{
    struct run run  = {.load = load, .random = 88172645463325252u, .epoll = epoll_create1(0)};
    size_t awaited  = load->receivers->frames + load->posts;
    double cpu_then = server_cpu_seconds(load->server);
    double began    = clock_now();
    bool is_done;

    run.posters = calloc(load->connections, sizeof *run.posters);
    if (run.epoll >= 0 && run.posters && connect_all(&run))
        post_all(&run);
    is_done = run.answered == load->posts && !run.has_failed &&
              swarm_await_frames(load->receivers, awaited);
    figures->seconds     = clock_now() - began;
    figures->cpu_seconds = server_cpu_seconds(load->server) - cpu_then;
    figures->p50_seconds = samples_percentile(&run.latencies, 0.5);
    figures->p99_seconds = samples_percentile(&run.latencies, 0.99);
    if (!is_done)
        fprintf(stderr, "bench: %zu of %zu posts were answered, %zu of %zu frames came\n",
                run.answered, load->posts, load->receivers->frames, awaited);
    for (size_t i = 0; i < load->connections; i++)
        stream_close(&run.posters[i].stream);
    close(run.epoll);
    free(run.posters);
    samples_deinit(&run.latencies);
    return is_done;
}
