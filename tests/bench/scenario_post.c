/* Posts to @connections, emulator and floor in turn: pipelined and one at a time. */

#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/bench/side.h"

static const struct {
    struct post_shape shape;
    const char *name;
    const char *text;
} shapes[] = {
    {{1, 1},   "post.1.single",     "1 connection, one at a time"  },
    {{1, 16},  "post.1.pipelined",  "1 connection, 16 pipelined"   },
    {{32, 1},  "post.32.single",    "32 connections, one at a time"},
    {{32, 16}, "post.32.pipelined", "32 connections, 16 pipelined" },
};

/* The medians of one way of posting; that of the floor comes with them. */
static void add_figures(struct report *report, size_t at, struct post_samples *emulator,
                        struct post_samples *floor)
{
    const struct {
        const char *name;
        const char *text;
        double value;
        const char *unit;
    } figures[] = {
        {"rate",      "",                                samples_median(&emulator->rate),      "/s"},
        {"p50",       "  p50",                           samples_median(&emulator->p50) * 1e6, "us"},
        {"p99",       "  p99",                           samples_median(&emulator->p99) * 1e6, "us"},
        {"cpu",       "  CPU for each",                  samples_median(&emulator->cpu) * 1e6, "us"},
        {"floor.cpu", "  CPU for each, of the floor",    samples_median(&floor->cpu) * 1e6,    "us"},
        {"times",     "  the emulator's in the floor's",
         samples_median(&emulator->cpu) / samples_median(&floor->cpu),                         "x" },
    };
    char name[64];
    char text[72];

    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        struct figure *figure;

        snprintf(name, sizeof name, "%s.%s", shapes[at].name, figures[i].name);
        snprintf(text, sizeof text, "posts, %s", shapes[at].text);
        figure = report_add(report, name, i == 0 ? text : figures[i].text, figures[i].value,
                            figures[i].unit);
        if (figure->unit[0] == 'x')
            report_aim(figure, GOAL_AT_MOST, 1.4);
    }
}

static bool compare(struct bench *bench, struct side sides[2], size_t at)
{
    struct post_samples samples[2] = {0};
    bool is_done                   = true;

    for (unsigned repeat = 0; is_done && repeat < bench->sizes.repeats; repeat++) {
        for (size_t i = 0; is_done && i < 2; i++)
            is_done = side_post(&sides[i], &shapes[at].shape, bench->sizes.posts, &samples[i]);
    }
    if (is_done)
        add_figures(&bench->report, at, &samples[0], &samples[1]);
    post_samples_deinit(&samples[0]);
    post_samples_deinit(&samples[1]);
    return is_done;
}

bool scenario_post(struct bench *bench)
{
    size_t clients = bench->sizes.few;
    struct side sides[2];
    bool is_emulator_open = side_open(&sides[0], bench, false, clients);
    bool is_floor_open    = side_open(&sides[1], bench, true, clients);
    bool is_done          = is_emulator_open && is_floor_open && side_grow(&sides[0], clients) &&
                   side_grow(&sides[1], clients);

    for (size_t i = 0; is_done && i < sizeof shapes / sizeof *shapes; i++)
        is_done = compare(bench, sides, i);
    side_close(&sides[0]);
    side_close(&sides[1]);
    return is_done;
}
