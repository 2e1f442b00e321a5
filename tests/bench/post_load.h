#pragma once

/* Posts to @connections over a number of kept-alive HTTP connections, answers checked. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;
struct swarm;

struct post_load {
    const struct server *server;
    struct swarm *receivers; /* of the frames: read as they come, and all awaited */
    char **paths;            /* of the targets; borrowed */
    size_t path_count;
    size_t posts;       /* in all */
    size_t connections; /* at most POST_CONNECTIONS_MAX */
    size_t depth;       /* requests under way on each: 1, or pipelined */
    bool in_order;      /* each target once, one after another; else at random */
};

#define POST_CONNECTIONS_MAX 64
#define POST_DEPTH_MAX       16

struct post_figures {
    double seconds;     /* until the last frame has come */
    double cpu_seconds; /* of the server */
    double p50_seconds; /* from a post to its answer */
    double p99_seconds;
};

/* False, with a line on standard error, if not every post is answered with 200 and delivered. */
bool post_load_run(const struct post_load *load, struct post_figures *figures);

/*
 * The paths of all the connections of the emulator, or of the first count of the floor. Free with
 * post_paths_free().
 */
char **post_paths_of_emulator(uint16_t port, size_t count);
char **post_paths_of_floor(size_t count);
void post_paths_free(char **paths, size_t count);
