/* Messages through handler processes: answered in the result, and answered by posting back. */

#include <stdio.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "tests/bench/samples.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

#define CLIENTS_MAX      50
#define WARM_UP_SECONDS  0.7
#define PATIENCE_SECONDS 20.0

static const struct {
    const char *route; /* of the bench's project */
    size_t clients;
    const char *text;
    double rate_target; /* 0: none */
    double p50_target;  /* microseconds */
} cases[] = {
    {"c",           1,  "C handler, result, 1 client",                    0,    300},
    {"c",           50, "C handler, result, 50 clients",                  0,    0  },
    {"c-post",      1,  "C handler, post to the client, 1 client",        0,    0  },
    {"c-post",      50, "C handler, post to the client, 50 clients",      0,    0  },
    {"node",        1,  "Node handler, result, 1 client",                 0,    400},
    {"node",        50, "Node handler, result, 50 clients",               8000, 0  },
    {"node-post",   1,  "Node handler, post to the client, 1 client",     0,    0  },
    {"node-post",   50, "Node handler, post to the client, 50 clients",   0,    0  },
    {"python",      1,  "Python handler, result, 1 client",               0,    0  },
    {"python",      50, "Python handler, result, 50 clients",             0,    0  },
    {"python-post", 1,  "Python handler, post to the client, 1 client",   0,    0  },
    {"python-post", 50, "Python handler, post to the client, 50 clients", 0,    0  },
};

/* Clients that each have one message under way. */
struct echo {
    struct swarm *swarm;
    char message[128];
    size_t size;
    double sent_at[CLIENTS_MAX];
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

static void add_figures(struct report *report, size_t at, struct echo *echo, double seconds,
                        double cpu_seconds)
{
    double count = (double)echo->latencies.count;
    char name[64];
    struct figure *figure;

    snprintf(name, sizeof name, "echo.%s.%zu.rate", cases[at].route, cases[at].clients);
    figure = report_add(report, name, cases[at].text, count / seconds, "/s");
    if (cases[at].rate_target > 0)
        report_aim(figure, GOAL_AT_LEAST, cases[at].rate_target);
    snprintf(name, sizeof name, "echo.%s.%zu.p50", cases[at].route, cases[at].clients);
    figure = report_add(report, name, "  p50", samples_median(&echo->latencies) * 1e6, "us");
    if (cases[at].p50_target > 0)
        report_aim(figure, GOAL_AT_MOST, cases[at].p50_target);
    snprintf(name, sizeof name, "echo.%s.%zu.p99", cases[at].route, cases[at].clients);
    report_add(report, name, "  p99", samples_percentile(&echo->latencies, 0.99) * 1e6, "us");
    snprintf(name, sizeof name, "echo.%s.%zu.cpu", cases[at].route, cases[at].clients);
    report_add(report, name, "  CPU of the emulator for each", cpu_seconds / count * 1e6, "us");
}

static bool measure(struct bench *bench, const struct server *server, struct swarm *swarm,
                    size_t at)
{
    double seconds   = bench->sizes.echo_seconds;
    struct echo echo = {.swarm = swarm};
    double cpu_then;
    double began;
    bool is_done;

    echo.size    = (size_t)snprintf(echo.message, sizeof echo.message,
                                    "{\"action\":\"%s\",\"text\":\"hello there\",\"number\":12345678}",
                                    cases[at].route);
    swarm->owner = &echo;
    is_done =
        run_for(&echo, cases[at].clients, seconds < WARM_UP_SECONDS ? seconds : WARM_UP_SECONDS);
    echo.latencies.count = 0;
    began                = clock_now();
    cpu_then             = server_cpu_seconds(server);
    is_done              = is_done && run_for(&echo, cases[at].clients, seconds);
    if (is_done)
        add_figures(&bench->report, at, &echo, clock_now() - began,
                    server_cpu_seconds(server) - cpu_then);
    else
        fprintf(stderr, "bench: %s: not every message was answered\n", cases[at].text);
    swarm->owner = NULL;
    samples_deinit(&echo.latencies);
    return is_done;
}

bool scenario_echo(struct bench *bench)
{
    struct server server;
    struct swarm swarm = {.epoll = -1};
    bool is_done       = server_start_emulator(&server, bench->binary, bench->folder) &&
                   swarm_init(&swarm, server.port, "/dev", CLIENTS_MAX) &&
                   swarm_open(&swarm, CLIENTS_MAX);

    swarm.on_frame = on_frame;
    for (size_t i = 0; is_done && i < sizeof cases / sizeof *cases; i++)
        is_done = measure(bench, &server, &swarm, i);
    swarm_deinit(&swarm);
    server_stop(&server);
    return is_done;
}
