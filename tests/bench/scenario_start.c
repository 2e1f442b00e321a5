/* From the fork to "Ready.", with the certificates already there; what it takes then. */

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/samples.h"
#include "tests/bench/server.h"

#define SETTLE_MICROSECONDS 200000
#define MEGABYTE            (1024.0 * 1024)

/* Adds one start to the samples. */
static bool start_once(const struct bench *bench, struct samples *starts, struct samples *cpu,
                       struct samples *rss)
{
    struct server server;

    if (!server_start_emulator(&server, bench->binary, NULL, bench->folder))
        return false;
    samples_add(starts, server.start_seconds);
    samples_add(cpu, server_cpu_seconds(&server));
    usleep(SETTLE_MICROSECONDS);
    samples_add(rss, server_rss_kilobytes(&server));
    server_stop(&server);
    return true;
}

bool scenario_start(struct bench *bench)
{
    struct report *report = &bench->report;
    struct samples starts = {0};
    struct samples cpu    = {0};
    struct samples rss    = {0};
    struct samples first  = {0};
    struct stat binary    = {0};
    bool is_done          = stat(bench->binary, &binary) == 0;

    is_done = is_done && start_once(bench, &first, &first, &first); /* makes the certificates */
    for (unsigned i = 0; is_done && i < bench->sizes.starts; i++)
        is_done = start_once(bench, &starts, &cpu, &rss);
    report_aim(report_add(report, "start.ready", "start to Ready. (median)",
                          samples_median(&starts) * 1000, "ms"),
               GOAL_AT_MOST, 30);
    report_add(report, "start.cpu", "  CPU of it", samples_median(&cpu) * 1000, "ms");
    report_aim(
        report_add(report, "rest.rss", "memory at rest (RSS)", samples_median(&rss) / 1024, "MB"),
        GOAL_AT_MOST, 12);
    report_add(report, "binary.size", "size of the binary", (double)binary.st_size / MEGABYTE,
               "MB");
    samples_deinit(&starts);
    samples_deinit(&cpu);
    samples_deinit(&rss);
    samples_deinit(&first);
    return is_done;
}
