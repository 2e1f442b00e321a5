#pragma once

/* The clock, and durations to be ordered. */

#include <stddef.h>

/* Seconds of a clock that only goes forward. */
double clock_now(void);

/* Keeps up to a fixed number; more are counted but left out. Zeroed: ready for use. */
struct samples {
    double *values;
    size_t count;
};

void samples_add(struct samples *samples, double value);

/* The value that part of them (0 to 1) do not exceed; 0 without samples. Orders them. */
double samples_percentile(struct samples *samples, double part);
double samples_median(struct samples *samples);

void samples_deinit(struct samples *samples);
