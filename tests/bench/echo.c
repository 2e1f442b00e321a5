#include "tests/bench/echo.h"

#include <stdio.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "tests/bench/samples.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

#define WARM_UP_SECONDS  0.7
#define PATIENCE_SECONDS 20.0

/* Clients that each have one message under way. */
struct echo {
    struct swarm *swarm;
    char message[128];
    size_t size;
    double sent_at[ECHO_CLIENTS_MAX];
    double until;
    size_t under_way;
    bool has_failed; /* something else came back */
    struct samples latencies;
};

static void send_one(struct echo *echo, size_t index)
{
    echo->sent_at[index] = clock_now();
    if (swarm_send(echo->swarm, index, echo->message, echo->size))
        echo->under_way++;
}

static void on_frame(void *owner, size_t index, const char *text, size_t size)
{
    struct echo *echo = owner;
    double now        = clock_now();

    echo->under_way--;
    if (size != echo->size || memcmp(text, echo->message, size) != 0) {
        fprintf(stderr, "bench: not what was said: %.*s\n", (int)size, text);
        echo->has_failed = true;
        return;
    }
    samples_add(&echo->latencies, now - echo->sent_at[index]);
    if (now < echo->until)
        send_one(echo, index);
}

/* True if every message was answered. */
static bool run_for(struct echo *echo, size_t clients, double seconds)
{
    echo->until = clock_now() + seconds;
    for (size_t i = 0; i < clients; i++)
        send_one(echo, i);
    while (echo->under_way > 0 && !echo->has_failed && clock_now() < echo->until + PATIENCE_SECONDS)
        swarm_pump(echo->swarm, 100);
    return echo->under_way == 0 && !echo->has_failed && echo->latencies.count > 0 &&
           echo->swarm->lost == 0;
}

static void add_figures(struct report *report, const struct echo_case *at, struct echo *echo,
                        double seconds, double cpu)
{
    double count = (double)echo->latencies.count;
    char name[64];
    struct figure *figure;

    snprintf(name, sizeof name, "echo.%s.%zu.rate", at->route, at->clients);
    figure = report_add(report, name, at->text, count / seconds, "/s");
    if (at->rate_target > 0)
        report_aim(figure, GOAL_AT_LEAST, at->rate_target);
    snprintf(name, sizeof name, "echo.%s.%zu.p50", at->route, at->clients);
    figure = report_add(report, name, "  p50", samples_median(&echo->latencies) * 1e6, "us");
    if (at->p50_target > 0)
        report_aim(figure, GOAL_AT_MOST, at->p50_target);
    snprintf(name, sizeof name, "echo.%s.%zu.p99", at->route, at->clients);
    report_add(report, name, "  p99", samples_percentile(&echo->latencies, 0.99) * 1e6, "us");
    snprintf(name, sizeof name, "echo.%s.%zu.cpu", at->route, at->clients);
    report_add(report, name, "  CPU of the emulator for each", cpu, "us");
}

bool echo_measure(struct bench *bench, const struct server *server, struct swarm *swarm,
                  const struct echo_case *at, double *cpu)
{
    double seconds   = bench->sizes.echo_seconds;
    struct echo echo = {.swarm = swarm};
    double cpu_then;
    double used;
    double began;
    bool is_done;

    echo.size       = (size_t)snprintf(echo.message, sizeof echo.message,
                                       "{\"action\":\"%s\",\"text\":\"hello there\",\"number\":12345678}",
                                       at->route);
    swarm->on_frame = on_frame;
    swarm->owner    = &echo;
    is_done = run_for(&echo, at->clients, seconds < WARM_UP_SECONDS ? seconds : WARM_UP_SECONDS);
    echo.latencies.count = 0;
    began                = clock_now();
    cpu_then             = server_cpu_seconds(server);
    is_done              = is_done && run_for(&echo, at->clients, seconds);
    used = (server_cpu_seconds(server) - cpu_then) / (double)echo.latencies.count * 1e6;
    if (cpu)
        *cpu = used;
    if (is_done)
        add_figures(&bench->report, at, &echo, clock_now() - began, used);
    else
        fprintf(stderr, "bench: %s: not every message was answered\n", at->text);
    swarm->on_frame = NULL;
    swarm->owner    = NULL;
    samples_deinit(&echo.latencies);
    return is_done;
}
