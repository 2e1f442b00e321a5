#include "tests/bench/side.h"

#include <stdio.h>

#include "tests/bench/bench.h"

bool side_open(struct side *side, const struct bench *bench, bool is_floor, size_t count_max)
{
    *side = (struct side){.is_floor = is_floor, .swarm.epoll = -1};
    if (!(is_floor ? server_start_floor(&side->server)
                   : server_start_emulator(&side->server, bench->binary, NULL, bench->folder)))
        return false;
    return swarm_init(&side->swarm, side->server.port, "/dev", count_max);
}

bool side_grow(struct side *side, size_t count)
{
    if (!swarm_open(&side->swarm, count)) {
        fprintf(stderr, "bench: %zu of %zu clients were let in\n", side->swarm.open, count);
        return false;
    }
    post_paths_free(side->paths, side->path_count);
    side->paths      = side->is_floor ? post_paths_of_floor(count)
                                      : post_paths_of_emulator(side->server.port, count);
    side->path_count = side->paths ? count : 0;
    return side->paths != NULL;
}

bool side_post(struct side *side, const struct post_shape *shape, size_t posts,
               struct post_samples *samples)
{
    const struct post_load load = {
        .server      = &side->server,
        .receivers   = &side->swarm,
        .paths       = side->paths,
        .path_count  = side->path_count,
        .posts       = posts,
        .connections = shape->connections,
        .depth       = shape->depth,
    };
    struct post_figures figures;

    if (!post_load_run(&load, &figures))
        return false;
    samples_add(&samples->cpu, figures.cpu_seconds / (double)posts);
    samples_add(&samples->rate, (double)posts / figures.seconds);
    samples_add(&samples->p50, figures.p50_seconds);
    samples_add(&samples->p99, figures.p99_seconds);
    return true;
}

void post_samples_deinit(struct post_samples *samples)
{
    samples_deinit(&samples->cpu);
    samples_deinit(&samples->rate);
    samples_deinit(&samples->p50);
    samples_deinit(&samples->p99);
}

void side_close(struct side *side)
{
    post_paths_free(side->paths, side->path_count);
    swarm_deinit(&side->swarm);
    server_stop(&side->server);
}
