/*
 * make bench: what the emulator costs, on this machine.
 *
 *     bench POSTERN JSON [tiny]
 *
 * Loopback only, bounded in connections and time. What counts is the server's CPU time for each
 * operation; rates depend on how many cores there are for load and server together. "tiny" does
 * little of everything, to see that it works; its figures mean nothing.
 */

#include "tests/bench/bench.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The run is ended by a signal when it takes longer. */
#define SECONDS_MAX 240

/* Descriptors that are no clients. */
#define DESCRIPTORS_RESERVED 500

static const struct bench_sizes full = {
    .starts       = 15,
    .few          = 1000,
    .many         = 15000,
    .fan_out      = 10000,
    .growth_from  = 100,
    .posts        = 20000,
    .repeats      = 5,
    .echo_seconds = 2,
    .idle_seconds = 10,
};

static const struct bench_sizes tiny = {
    .starts       = 2,
    .few          = 20,
    .many         = 60,
    .fan_out      = 40,
    .growth_from  = 20,
    .posts        = 200,
    .repeats      = 1,
    .echo_seconds = 0.05,
    .idle_seconds = 0.1,
};

static const struct {
    const char *name;
    bool (*run)(struct bench *bench);
} scenarios[] = {
    {"starting",                       scenario_start },
    {"connections that do nothing",    scenario_idle  },
    {"posts",                          scenario_post  },
    {"posts among many connections",   scenario_growth},
    {"messages answered by a handler", scenario_echo  },
    {"messages to an HTTP backend",    scenario_proxy },
};

/* Client and server each have a descriptor for a connection, under the same limit. */
static void fit_to_descriptors(struct bench_sizes *sizes)
{
    struct rlimit limit = {0};
    size_t room;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    room = limit.rlim_cur > 2 * DESCRIPTORS_RESERVED ? limit.rlim_cur - DESCRIPTORS_RESERVED : 100;
    if (sizes->many <= room)
        return;
    printf("The limit of open files is %llu: %zu connections instead of %zu.\n",
           (unsigned long long)limit.rlim_cur, room, sizes->many);
    sizes->many    = room;
    sizes->fan_out = sizes->fan_out < room ? sizes->fan_out : room;
    sizes->few     = sizes->few < room / 3 ? sizes->few : room / 3; /* of two servers at once */
}

static bool run_all(struct bench *bench)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        size_t before = bench->report.count;

        printf("%s%s\n", i > 0 ? "\n" : "", scenarios[i].name);
        fflush(stdout);
        if (!scenarios[i].run(bench)) {
            fprintf(stderr, "bench: failed at: %s\n", scenarios[i].name);
            return false;
        }
        report_print(&bench->report, before);
        fflush(stdout);
    }
    return true;
}

static void remove_folder(const char *folder)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

/* The project names the handler in C, which is built beside this program, by a variable. */
static bool name_handler(void)
{
    static const char name[] = "echo_handler";
    char path[PATH_MAX]      = "";
    ssize_t size             = readlink("/proc/self/exe", path, sizeof path - sizeof name);
    char *slash              = strrchr(path, '/');

    if (size < 0 || !slash)
        return false;
    memcpy(slash + 1, name, sizeof name);
    return setenv("BENCH_HANDLER", path, 1) == 0;
}

int main(int count, char **words)
{
    char folder[]      = "/tmp/postern-bench-XXXXXX";
    bool is_tiny       = count == 4 && strcmp(words[3], "tiny") == 0;
    struct bench bench = {0};
    bool is_done;

    if (count < 3 || (count > 3 && !is_tiny)) {
        fprintf(stderr, "usage: bench POSTERN JSON [tiny]\n");
        return 2;
    }
    if (!name_handler() || !mkdtemp(folder)) {
        perror("bench: cannot begin");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    alarm(SECONDS_MAX);
    bench.binary = words[1];
    bench.folder = folder;
    bench.sizes  = is_tiny ? tiny : full;
    fit_to_descriptors(&bench.sizes);
    is_done = run_all(&bench);
    if (is_done && !report_write_json(&bench.report, words[2])) {
        fprintf(stderr, "bench: cannot write %s: %s\n", words[2], strerror(errno));
        is_done = false;
    }
    if (!is_done) {
        fprintf(stderr, "bench: what the emulator said is in %s\n", folder);
        return 1;
    }
    remove_folder(folder);
    return 0;
}
