#include "lambda/descendants.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_MILLISECONDS 5

/* The parent of a process by its directory in /proc; 0 if it has just gone. */
static pid_t read_parent(const char *pid)
{
    char path[64];
    char line[512];
    int parent = 0;
    const char *end;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;

    /* "42 (name) S 7 …": the name may hold anything, parentheses too. */
    end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (end && sscanf(end, ") %*c %d", &parent) != 1)
        parent = 0;
    fclose(file);
    return parent;
}

/*
 * Kills all that are children of ours: also everything whose parent has died, as we are their
 * subreaper. Calling it until no child is left thus gets every descendant.
 */
static void kill_children(void)
{
    pid_t self     = getpid();
    DIR *processes = opendir("/proc");
    const struct dirent *entry;

    while (processes && (entry = readdir(processes))) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        if (read_parent(entry->d_name) == self)
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    }
    if (processes)
        closedir(processes);
}

void descendants_end(int milliseconds)
{
    const struct timespec step = {.tv_nsec = STEP_MILLISECONDS * 1000000L};

    for (int waited = 0; waited < milliseconds; waited += STEP_MILLISECONDS) {
        pid_t pid;

        kill_children();
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (pid < 0)
            return; /* no child, so no descendant */
        nanosleep(&step, NULL);
    }
}
