#pragma once

/* One of the two servers that are compared, with its clients and the paths to post to them. */

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/post_load.h"
#include "tests/bench/samples.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

struct bench;

struct side {
    bool is_floor;
    struct server server;
    struct swarm swarm;
    char **paths;
    size_t path_count;
};

/* Starts its server, for at most count_max clients. */
bool side_open(struct side *side, const struct bench *bench, bool is_floor, size_t count_max);

/* Has so many clients, and a path to each. */
bool side_grow(struct side *side, size_t count);

/* A way of posting. */
struct post_shape {
    size_t connections;
    size_t depth;
};

/* What repeats of it have come to; medians are what counts. */
struct post_samples {
    struct samples cpu;  /* seconds of the server for each post */
    struct samples rate; /* posts in a second */
    struct samples p50;
    struct samples p99;
};

/* Posts once over and adds what it took. */
bool side_post(struct side *side, const struct post_shape *shape, size_t posts,
               struct post_samples *samples);

void post_samples_deinit(struct post_samples *samples);

void side_close(struct side *side);
