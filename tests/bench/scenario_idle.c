/* Connections that are opened and then say nothing: no route is run for them. */

#include <stdio.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/samples.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

#define SETTLE_MICROSECONDS 300000

struct opening {
    double seconds;
    double cpu_seconds;
};

static bool open_all(const struct server *server, struct swarm *swarm, size_t count,
                     struct opening *opening)
{
    double cpu_then = server_cpu_seconds(server);
    double began    = clock_now();

    if (!swarm_open(swarm, count)) {
        fprintf(stderr, "bench: %zu of %zu clients were let in\n", swarm->open, count);
        return false;
    }
    opening->seconds = clock_now() - began;
    usleep(SETTLE_MICROSECONDS); /* the database's thread has its share */
    opening->cpu_seconds = server_cpu_seconds(server) - cpu_then;
    return true;
}

static void add_memory(struct report *report, const char *name, size_t count, double kilobytes)
{
    char text[72];

    snprintf(text, sizeof text, "memory for each of %zu connections more (RSS)", count);
    report_aim(report_add(report, name, text, kilobytes / (double)count, "KB"), GOAL_AT_MOST, 3);
}

static void add_opening(struct report *report, const struct opening *opening, double count)
{
    report_add(report, "accept.rate", "connections let in, without a $connect route",
               count / opening->seconds, "/s");
    report_aim(report_add(report, "accept.cpu", "  CPU for each",
                          opening->cpu_seconds / count * 1e6, "us"),
               GOAL_AT_MOST, 90);
}

static void add_idling(struct report *report, const struct server *server, double seconds)
{
    double cpu_then = server_cpu_seconds(server);

    usleep((useconds_t)(seconds * 1e6));
    report_aim(report_add(report, "idle.cpu", "CPU of all of them in a minute, when idle",
                          (server_cpu_seconds(server) - cpu_then) * 60 / seconds, "s"),
               GOAL_AT_MOST, 0.1);
}

static bool measure_emulator(struct bench *bench, const struct server *server, struct swarm *swarm)
{
    const struct bench_sizes *sizes = &bench->sizes;
    struct report *report           = &bench->report;
    size_t first                    = sizes->few / 10; /* code and buffers come in with these */
    struct opening opening;
    double at_first;

    if (!open_all(server, swarm, first, &opening))
        return false;
    at_first = server_rss_kilobytes(server);
    if (!open_all(server, swarm, sizes->few, &opening))
        return false;
    add_memory(report, "idle.few.rss", sizes->few - first, server_rss_kilobytes(server) - at_first);
    if (!open_all(server, swarm, sizes->many, &opening))
        return false;
    add_memory(report, "idle.many.rss", sizes->many - first,
               server_rss_kilobytes(server) - at_first);
    add_opening(report, &opening, (double)(sizes->many - sizes->few));
    add_idling(report, server, sizes->idle_seconds);
    return true;
}

static bool measure_floor(struct bench *bench, const struct server *server, struct swarm *swarm)
{
    struct opening opening;

    if (!open_all(server, swarm, bench->sizes.many, &opening))
        return false;
    report_add(&bench->report, "accept.floor.cpu", "  CPU for each, of the floor",
               opening.cpu_seconds / (double)bench->sizes.many * 1e6, "us");
    return true;
}

bool scenario_idle(struct bench *bench)
{
    struct server server;
    struct swarm swarm = {.epoll = -1};
    bool is_done       = server_start_emulator(&server, bench->binary, NULL, bench->folder) &&
                   swarm_init(&swarm, server.port, "/dev", bench->sizes.many) &&
                   measure_emulator(bench, &server, &swarm);

    swarm_deinit(&swarm);
    server_stop(&server);
    is_done = is_done && server_start_floor(&server) &&
              swarm_init(&swarm, server.port, "/dev", bench->sizes.many) &&
              measure_floor(bench, &server, &swarm);
    swarm_deinit(&swarm);
    server_stop(&server);
    return is_done;
}
