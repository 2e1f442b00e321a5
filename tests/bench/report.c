#include "tests/bench/report.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct figure *report_add(struct report *report, const char *name, const char *text, double value,
                          const char *unit)
{
    struct figure *figure = &report->figures[report->count++];

    assert(report->count <= REPORT_FIGURES_MAX);
    *figure = (struct figure){.value = value, .unit = unit};
    snprintf(figure->name, sizeof figure->name, "%s", name);
    snprintf(figure->text, sizeof figure->text, "%s", text);
    return figure;
}

void report_aim(struct figure *figure, enum figure_goal goal, double target)
{
    figure->goal   = goal;
    figure->target = target;
}

static bool is_reached(const struct figure *figure)
{
    return figure->goal == GOAL_AT_MOST ? figure->value <= figure->target
                                        : figure->value >= figure->target;
}

/* Three digits that mean something. */
static int decimals(double value)
{
    if (value >= 100)
        return 0;
    return value >= 10 ? 1 : 2;
}

void report_print(const struct report *report, size_t first)
{
    for (size_t i = first; i < report->count; i++) {
        const struct figure *figure = &report->figures[i];

        printf("  %-62s %9.*f %-7s", figure->text, decimals(figure->value), figure->value,
               figure->unit);
        if (figure->goal != GOAL_NONE)
            printf(" %s %g: %s", figure->goal == GOAL_AT_MOST ? "at most" : "at least",
                   figure->target, is_reached(figure) ? "reached" : "NOT REACHED");
        printf("\n");
    }
}

bool report_write_json(const struct report *report, const char *path)
{
    FILE *file = fopen(path, "we");

    if (!file)
        return false;
    fprintf(file, "{\"cores\":%ld,\"figures\":[", sysconf(_SC_NPROCESSORS_ONLN));
    for (size_t i = 0; i < report->count; i++) {
        const struct figure *figure = &report->figures[i];

        fprintf(file, "%s\n{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", i > 0 ? "," : "",
                figure->name, figure->value, figure->unit);
        if (figure->goal != GOAL_NONE)
            fprintf(file, ",\"%s\":%g,\"reached\":%s",
                    figure->goal == GOAL_AT_MOST ? "atMost" : "atLeast", figure->target,
                    is_reached(figure) ? "true" : "false");
        fprintf(file, "}");
    }
    fprintf(file, "\n]}\n");
    return fclose(file) == 0;
}
