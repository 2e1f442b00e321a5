#include "tests/bench/samples.h"

#include <stdlib.h>
#include <time.h>

#define SAMPLES_MAX 1000000

double clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void samples_add(struct samples *samples, double value)
{
    if (!samples->values)
        samples->values = calloc(SAMPLES_MAX, sizeof *samples->values);
    if (samples->values && samples->count < SAMPLES_MAX)
        samples->values[samples->count++] = value;
}

static int compare(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;

    return (*a > *b) - (*a < *b);
}

double samples_percentile(struct samples *samples, double part)
{
    if (samples->count == 0)
        return 0;
    qsort(samples->values, samples->count, sizeof *samples->values, compare);
    return samples->values[(size_t)((double)(samples->count - 1) * part + 0.5)];
}

double samples_median(struct samples *samples)
{
    return samples_percentile(samples, 0.5);
}

void samples_deinit(struct samples *samples)
{
    free(samples->values);
    *samples = (struct samples){0};
}
