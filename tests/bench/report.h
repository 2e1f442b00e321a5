#pragma once

/* The figures of a run: a table for people, JSON for programs. */

#include <stdbool.h>
#include <stddef.h>

#define REPORT_FIGURES_MAX 128

enum figure_goal { GOAL_NONE, GOAL_AT_MOST, GOAL_AT_LEAST };

struct figure {
    char name[64]; /* "post.32.pipelined.cpu" */
    char text[72]; /* for people */
    double value;
    const char *unit; /* literal */
    enum figure_goal goal;
    double target;
};

struct report {
    struct figure figures[REPORT_FIGURES_MAX];
    size_t count;
};

/* The figure is the report's; the caller may set its goal until the next call. */
struct figure *report_add(struct report *report, const char *name, const char *text, double value,
                          const char *unit);

void report_aim(struct figure *figure, enum figure_goal goal, double target);

/* Writes a table to standard output: of all figures but the first ones. */
void report_print(const struct report *report, size_t first);

/* False with errno. */
bool report_write_json(const struct report *report, const char *path);
