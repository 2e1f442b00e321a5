#include "base/metric.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"

/* In microseconds. */
static const int64_t bounds[HISTOGRAM_BOUNDS] = {
    10,    25,    50,     100,    250,    500,     1000,    2500,     5000,     10000,
    25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 10000000, 30000000,
};

static const char *const kind_names[] = {
    [METRIC_COUNTER]      = "counter",
    [METRIC_GAUGE]        = "gauge",
    [METRIC_MILLISECONDS] = "histogram",
    [METRIC_SECONDS]      = "histogram",
};

void histogram_add(struct histogram *histogram, int64_t microseconds)
{
    size_t i = 0;

    if (microseconds < 0)
        microseconds = 0;
    while (i < HISTOGRAM_BOUNDS && microseconds > bounds[i])
        i++;
    histogram->counts[i]++;
    histogram->sum_microseconds += (uint64_t)microseconds;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
        count += histogram->counts[i];
    return count;
}

void status_counts_add(struct status_counts *counts, unsigned status)
{
    counts->counts[status <= METRIC_STATUS_MAX ? status : 0]++;
}

void metric_begin(const struct metric *metric, struct text *out)
{
    text_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                       metric->name, kind_names[metric->kind]);
}

/* Backslash, quote and line end, and nothing else, are escaped. */
static void write_value(const char *value, struct text *out)
{
    for (; *value; value++) {
        if (*value == '\n') {
            text_append_string(out, "\\n");
            continue;
        }
        if (*value == '"' || *value == '\\')
            text_append_character(out, '\\');
        text_append_character(out, *value);
    }
}

static void write_label(const struct metric_label *label, bool is_first, struct text *out)
{
    text_append_format(out, "%c%s=\"", is_first ? '{' : ',', label->name);
    write_value(label->value, out);
    text_append_character(out, '"');
}

/* The name with its suffix and labels, and one label more unless it has no value. */
static void write_series(const struct metric *metric, const char *suffix,
                         const struct metric_label *labels, const struct metric_label *more,
                         struct text *out)
{
    bool is_first = true;

    text_append_format(out, "%s%s", metric->name, suffix);
    for (; labels && labels->name; labels++) {
        if (!labels->value)
            continue;
        write_label(labels, is_first, out);
        is_first = false;
    }
    if (more->value) {
        write_label(more, is_first, out);
        is_first = false;
    }
    text_append_string(out, is_first ? " " : "} ");
}

static const struct metric_label no_more = {NULL, NULL};

void metric_write(const struct metric *metric, const struct metric_label *labels, uint64_t value,
                  struct text *out)
{
    write_series(metric, "", labels, &no_more, out);
    text_append_format(out, "%" PRIu64 "\n", value);
}

static void write_bucket(const struct metric *metric, const struct metric_label *labels,
                         const char *bound, uint64_t count, struct text *out)
{
    const struct metric_label le = {"le", bound};

    write_series(metric, "_bucket", labels, &le, out);
    text_append_format(out, "%" PRIu64 "\n", count);
}

void metric_write_histogram(const struct metric *metric, const struct metric_label *labels,
                            const struct histogram *histogram, struct text *out)
{
    double unit    = metric->kind == METRIC_MILLISECONDS ? 1e3 : 1e6; /* in microseconds */
    uint64_t count = 0;
    char bound[32];

    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        count += histogram->counts[i];
        snprintf(bound, sizeof bound, "%g", (double)bounds[i] / unit);
        write_bucket(metric, labels, bound, count, out);
    }
    count += histogram->counts[HISTOGRAM_BOUNDS];
    write_bucket(metric, labels, "+Inf", count, out);
    write_series(metric, "_sum", labels, &no_more, out);
    text_append_format(out, "%.15g\n", (double)histogram->sum_microseconds / unit);
    write_series(metric, "_count", labels, &no_more, out);
    text_append_format(out, "%" PRIu64 "\n", count);
}

void metric_write_statuses(const struct metric *metric, const struct status_counts *counts,
                           struct text *out)
{
    char status[16];

    for (unsigned i = 0; i <= METRIC_STATUS_MAX; i++) {
        if (counts->counts[i] == 0)
            continue;
        snprintf(status, sizeof status, "%u", i);
        metric_write(metric, METRIC_LABELS({"status", status}), counts->counts[i], out);
    }
}
