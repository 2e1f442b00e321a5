#pragma once

/*
 * What is counted and measured, and the text that Prometheus reads (version 0.0.4). A counter is a
 * plain number in the struct of what it is about; counting is an increment, on the loop's thread.
 */

#include <stddef.h>
#include <stdint.h>

struct text;

#define METRIC_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

#define HISTOGRAM_BOUNDS 19

/* How long something took: how often it was within each bound, from 10 µs to 30 s. */
struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* each bound's own; the last: above all of them */
    uint64_t sum_microseconds;
};

void histogram_add(struct histogram *histogram, int64_t microseconds);

/* How many were added. */
uint64_t histogram_count(const struct histogram *histogram);

/* Answers by HTTP status. */
#define METRIC_STATUS_MAX 599

struct status_counts {
    uint64_t counts[METRIC_STATUS_MAX + 1];
};

/* A status that is none is counted as 0. */
void status_counts_add(struct status_counts *counts, unsigned status);

/* AWS measures in milliseconds, Prometheus in seconds. */
enum metric_kind {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_MILLISECONDS, /* a histogram, shown in this unit */
    METRIC_SECONDS,      /* the same */
};

/* A family of samples. */
struct metric {
    const char *name;
    enum metric_kind kind;
    const char *help;
};

struct metric_label {
    const char *name;
    const char *value; /* NULL: the label is left out */
};

/* The labels of one sample: METRIC_LABELS({"function", name}). */
/* clang-format off */
#define METRIC_LABELS(...) ((const struct metric_label[]){__VA_ARGS__, {NULL, NULL}})
/* clang-format on */

/* HELP and TYPE: once for a family, before its samples. */
void metric_begin(const struct metric *metric, struct text *out);

/* One sample. labels may be NULL; otherwise a row with a NULL name ends them. */
void metric_write(const struct metric *metric, const struct metric_label *labels, uint64_t value,
                  struct text *out);

/* The samples of one histogram: _bucket, _sum and _count. */
void metric_write_histogram(const struct metric *metric, const struct metric_label *labels,
                            const struct histogram *histogram, struct text *out);

/* A sample for each status that was counted, with the label "status". */
void metric_write_statuses(const struct metric *metric, const struct status_counts *counts,
                           struct text *out);
