/*
 * What a post costs among few and among many connections, and one message for many: each server
 * alone, since the clients of both would be more than the descriptors.
 */

#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/bench/side.h"

static const struct post_shape shape = {32, 1};

/* A quotient of quotients needs steadier figures than the rest. */
#define MORE_REPEATS 3

/* The median CPU of a post, in microseconds; 0 if it can't be had. */
static double measure(struct side *side, const struct bench *bench, size_t clients)
{
    struct post_samples samples = {0};
    bool is_done                = side_grow(side, clients);
    double microseconds;

    for (unsigned repeat = 0; is_done && repeat < bench->sizes.repeats * MORE_REPEATS; repeat++)
        is_done = side_post(side, &shape, bench->sizes.posts, &samples);
    microseconds = is_done ? samples_median(&samples.cpu) * 1e6 : 0;
    post_samples_deinit(&samples);
    return microseconds;
}

/* One post for each connection, over 8 that are pipelined. */
static bool fan_out(struct side *side, struct bench *bench)
{
    size_t count           = bench->sizes.fan_out;
    struct post_load load  = {.server      = &side->server,
                              .receivers   = &side->swarm,
                              .path_count  = count,
                              .posts       = count,
                              .connections = 8,
                              .depth       = POST_DEPTH_MAX,
                              .in_order    = true};
    struct samples seconds = {0};
    struct samples cpu     = {0};
    bool is_done           = side_grow(side, count);
    char text[72];

    load.paths = side->paths;
    for (unsigned repeat = 0; is_done && repeat < bench->sizes.repeats; repeat++) {
        struct post_figures figures;

        is_done = post_load_run(&load, &figures);
        samples_add(&seconds, figures.seconds);
        samples_add(&cpu, figures.cpu_seconds);
    }
    snprintf(text, sizeof text, "one message to %zu clients by posts", count);
    report_add(&bench->report, "fan-out.time", text, samples_median(&seconds) * 1000, "ms");
    report_add(&bench->report, "fan-out.cpu", "  CPU of it", samples_median(&cpu) * 1000, "ms");
    samples_deinit(&seconds);
    samples_deinit(&cpu);
    return is_done;
}

static bool measure_side(struct bench *bench, bool is_floor, double *few, double *many)
{
    struct side side;
    bool is_done = side_open(&side, bench, is_floor, bench->sizes.many);

    *few    = is_done ? measure(&side, bench, bench->sizes.growth_from) : 0;
    is_done = *few > 0 && (is_floor || fan_out(&side, bench));
    *many   = is_done ? measure(&side, bench, bench->sizes.many) : 0;
    side_close(&side);
    return *many > 0;
}

bool scenario_growth(struct bench *bench)
{
    struct report *report = &bench->report;
    double few[2];
    double many[2];
    char text[72];

    if (!measure_side(bench, false, &few[0], &many[0]) ||
        !measure_side(bench, true, &few[1], &many[1]))
        return false;
    snprintf(text, sizeof text, "CPU of a post among %zu connections", bench->sizes.growth_from);
    report_add(report, "growth.few.cpu", text, few[0], "us");
    snprintf(text, sizeof text, "CPU of a post among %zu connections", bench->sizes.many);
    report_add(report, "growth.many.cpu", text, many[0], "us");
    report_add(report, "growth.times", "  growth", many[0] / few[0], "x");
    report_add(report, "growth.floor.times", "  growth of the floor's", many[1] / few[1], "x");
    report_aim(report_add(report, "growth.relative", "  growth beyond the floor's",
                          many[0] / few[0] / (many[1] / few[1]), "x"),
               GOAL_AT_MOST, 1.1);
    return true;
}
