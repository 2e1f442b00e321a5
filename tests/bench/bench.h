#pragma once

/* One run of the benchmark: what its scenarios share, and the scenarios. */

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/report.h"

/* How much is done. */
struct bench_sizes {
    unsigned starts;
    size_t few;     /* connections for the first look at memory, and for posts */
    size_t many;    /* connections, as far as the limit of descriptors allows */
    size_t fan_out; /* connections that get one message */
    size_t growth_from;
    size_t posts;     /* in a measurement of posts */
    unsigned repeats; /* of it, of which the median counts */
    double echo_seconds;
    double idle_seconds;
};

struct bench {
    const char *binary; /* of the emulator */
    const char *folder; /* for its data and its log; removed when all has worked */
    struct bench_sizes sizes;
    struct report report;
};

/* False, with a line on standard error, if it couldn't be carried out. */
bool scenario_start(struct bench *bench);
bool scenario_idle(struct bench *bench);
bool scenario_post(struct bench *bench);
bool scenario_growth(struct bench *bench);
bool scenario_echo(struct bench *bench);
bool scenario_proxy(struct bench *bench);
