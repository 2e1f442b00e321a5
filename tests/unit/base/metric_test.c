#include "base/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct metric counter = {"requests_total", METRIC_COUNTER, "Requests."};
static const struct metric gauge   = {"open", METRIC_GAUGE, "Open ones."};
static const struct metric seconds = {"took_seconds", METRIC_SECONDS, "How long."};
static const struct metric latency = {"latency", METRIC_MILLISECONDS, "How long in AWS's unit."};

static void assert_has_line(const struct text *text, const char *line)
{
    const char *at = text_string(text);

    for (; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
        if (strncmp(at, line, strlen(line)) == 0 && at[strlen(line)] == '\n')
            return;
    }
    fail_msg("no line \"%s\" in\n%s", line, text_string(text));
}

static void a_family_begins_with_its_help_and_type(void **state)
{
    SCOPED_TEXT out = {0};

    metric_begin(&counter, &out);
    metric_begin(&gauge, &out);
    metric_begin(&seconds, &out);
    assert_string_equal(text_string(&out), "# HELP requests_total Requests.\n"
                                           "# TYPE requests_total counter\n"
                                           "# HELP open Open ones.\n"
                                           "# TYPE open gauge\n"
                                           "# HELP took_seconds How long.\n"
                                           "# TYPE took_seconds histogram\n");
}

static void a_sample_has_its_labels(void **state)
{
    SCOPED_TEXT out = {0};

    metric_write(&counter, NULL, 0, &out);
    metric_write(&counter, METRIC_LABELS({"api", "a1"}, {"left", NULL}, {"route", "$default"}),
                 UINT64_MAX, &out);
    metric_write(&counter, METRIC_LABELS({"left", NULL}), 1, &out);
    assert_string_equal(text_string(&out),
                        "requests_total 0\n"
                        "requests_total{api=\"a1\",route=\"$default\"} 18446744073709551615\n"
                        "requests_total 1\n");
}

/* A route key may be any text: none may end its label or its line. */
static void labels_are_escaped(void **state)
{
    SCOPED_TEXT out = {0};

    metric_write(&counter, METRIC_LABELS({"route", "a\"b\\c\nd\xc3\xa9"}), 1, &out);
    assert_string_equal(text_string(&out), "requests_total{route=\"a\\\"b\\\\c\\nd\xc3\xa9\"} 1\n");
}

static void a_histogram_is_cumulative_and_in_its_unit(void **state)
{
    static const int64_t microseconds[] = {-5, 0, 10, 11, 1000, 1001, 30000000, 30000001};
    struct histogram histogram          = {0};
    SCOPED_TEXT in_seconds              = {0};
    SCOPED_TEXT in_milliseconds         = {0};

    for (size_t i = 0; i < sizeof microseconds / sizeof *microseconds; i++)
        histogram_add(&histogram, microseconds[i]);
    assert_int_equal(histogram_count(&histogram), 8);
    metric_write_histogram(&seconds, METRIC_LABELS({"function", "f"}), &histogram, &in_seconds);
    metric_write_histogram(&latency, NULL, &histogram, &in_milliseconds);

    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"1e-05\"} 3");
    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"2.5e-05\"} 4");
    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"0.001\"} 5");
    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"0.0025\"} 6");
    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"30\"} 7");
    assert_has_line(&in_seconds, "took_seconds_bucket{function=\"f\",le=\"+Inf\"} 8");
    assert_has_line(&in_seconds, "took_seconds_sum{function=\"f\"} 60.002023");
    assert_has_line(&in_seconds, "took_seconds_count{function=\"f\"} 8");
    assert_has_line(&in_milliseconds, "latency_bucket{le=\"0.01\"} 3");
    assert_has_line(&in_milliseconds, "latency_bucket{le=\"30000\"} 7");
    assert_has_line(&in_milliseconds, "latency_sum 60002.023");
    assert_has_line(&in_milliseconds, "latency_count 8");
}

static void only_statuses_that_were_counted_are_shown(void **state)
{
    struct status_counts counts = {0};
    SCOPED_TEXT out             = {0};

    status_counts_add(&counts, 410);
    status_counts_add(&counts, 200);
    status_counts_add(&counts, 410);
    status_counts_add(&counts, 599);
    status_counts_add(&counts, 600);
    metric_write_statuses(&counter, &counts, &out);
    assert_string_equal(text_string(&out), "requests_total{status=\"0\"} 1\n"
                                           "requests_total{status=\"200\"} 1\n"
                                           "requests_total{status=\"410\"} 2\n"
                                           "requests_total{status=\"599\"} 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_begins_with_its_help_and_type),
        cmocka_unit_test(a_sample_has_its_labels),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(a_histogram_is_cumulative_and_in_its_unit),
        cmocka_unit_test(only_statuses_that_were_counted_are_shown),
    };

    return cmocka_run_group_tests_name("base/metric", tests, NULL, NULL);
}
