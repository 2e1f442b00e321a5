#include "tests/bench/server.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/floor.h"
#include "tests/bench/samples.h"
#include "tests/bench/stream.h"

#define PROJECT            "tests/bench/project"
#define START_MILLISECONDS 20000
#define BANNER_MAX         8192

/* Becomes the emulator; what it logs goes to a file beside its data. */
_Noreturn static void run_emulator(const char *binary, const char *project, const char *folder,
                                   int output)
{
    char data[512];
    char log[512];
    int log_file;

    snprintf(data, sizeof data, "%s/data", folder);
    snprintf(log, sizeof log, "%s/emulator.log", folder);
    log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(output, STDOUT_FILENO);
    if (log_file >= 0)
        dup2(log_file, STDERR_FILENO);
    execl(binary, binary, "start", project ? project : PROJECT, "--port", "0", "--data", data,
          "--limits", "relaxed", "--log-level", "warn", (char *)NULL);
    _exit(127);
}

/* Reads what it prints until it is ready; the rest stays unread. */
static bool wait_for_ready(struct server *server, int output)
{
    char banner[BANNER_MAX] = "";
    size_t size             = 0;
    struct pollfd readable  = {.fd = output, .events = POLLIN};
    const char *url;

    while (!strstr(banner, "Ready.") && size < sizeof banner - 1) {
        ssize_t got = poll(&readable, 1, START_MILLISECONDS) == 1
                          ? read(output, banner + size, sizeof banner - 1 - size)
                          : 0;

        if (got <= 0)
            return false;
        size += (size_t)got;
        banner[size] = '\0';
    }
    url = strstr(banner, "ws://localhost:");
    if (url)
        server->port = (uint16_t)strtoul(url + strlen("ws://localhost:"), NULL, 10);
    return url != NULL;
}

bool server_start_emulator(struct server *server, const char *binary, const char *project,
                           const char *folder)
{
    double began = clock_now();
    int output[2];
    bool is_ready;

    *server = (struct server){0};
    if (pipe2(output, O_CLOEXEC) < 0)
        return false;
    server->pid = fork();
    if (server->pid == 0)
        run_emulator(binary, project, folder, output[1]);
    close(output[1]);
    is_ready              = server->pid > 0 && wait_for_ready(server, output[0]);
    server->start_seconds = clock_now() - began;
    close(output[0]);
    if (is_ready)
        return true;
    fprintf(stderr, "bench: the emulator does not start: see %s/emulator.log\n", folder);
    server_stop(server);
    return false;
}

bool server_start_floor(struct server *server)
{
    int listener;

    *server  = (struct server){0};
    listener = stream_listen(&server->port);
    if (listener < 0)
        return false;
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        floor_serve(listener);
    }
    close(listener);
    return server->pid > 0;
}

void server_stop(struct server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGTERM);
        waitpid(server->pid, NULL, 0);
    }
    *server = (struct server){0};
}

/* Nanoseconds: utime and stime count in hundredths of a second, the scheduler exactly. */
static double thread_cpu_seconds(pid_t pid, const char *thread)
{
    char path[300];
    unsigned long long nanoseconds = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, thread);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%llu", &nanoseconds) != 1) /* NOLINT(cert-err34-c): the kernel's number */
        nanoseconds = 0;
    fclose(file);
    return (double)nanoseconds / 1e9;
}

double server_cpu_seconds(const struct server *server)
{
    double seconds = 0;
    char path[64];
    struct dirent *entry;
    DIR *threads;

    snprintf(path, sizeof path, "/proc/%d/task", (int)server->pid);
    threads = opendir(path);
    while (threads && (entry = readdir(threads))) {
        if (entry->d_name[0] != '.')
            seconds += thread_cpu_seconds(server->pid, entry->d_name);
    }
    if (threads)
        closedir(threads);
    return seconds;
}

double server_rss_kilobytes(const struct server *server)
{
    double kilobytes = 0;
    char path[64];
    char line[256];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            kilobytes = strtod(line + 6, NULL);
    }
    if (file)
        fclose(file);
    return kilobytes;
}
