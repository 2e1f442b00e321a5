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

/* Where the kernel doesn't list children. */
static void search_children(void (*visit)(pid_t pid, void *context), void *context)
{
    pid_t self     = getpid();
    DIR *processes = opendir("/proc");
    const struct dirent *entry;

    while (processes && (entry = readdir(processes))) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        if (read_parent(entry->d_name) == self)
            visit((pid_t)strtol(entry->d_name, NULL, 10), context);
    }
    if (processes)
        closedir(processes);
}

/* As we are a subreaper, everything whose parent has died is a child of ours. */
static void each_child(void (*visit)(pid_t pid, void *context), void *context)
{
    FILE *children = fopen("/proc/thread-self/children", "re");
    int pid;

    if (!children) {
        search_children(visit, context);
        return;
    }
    while (fscanf(children, "%d", &pid) == 1)
        visit(pid, context);
    fclose(children);
}

/* What makes a child one that must go. */
struct strays {
    const char *variable;
    bool (*is_wanted)(void *owner, const char *value);
    void *owner;
    bool is_unsure;
};

/* A process that is just becoming another program has no environment for a moment. */
static void kill_stray(pid_t pid, void *context)
{
    struct strays *strays = context;
    size_t name_size      = strlen(strays->variable);
    char *entry           = NULL;
    size_t capacity       = 0;
    bool has_any          = false;
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    file = fopen(path, "re");
    while (file && getdelim(&entry, &capacity, '\0', file) > 0) {
        has_any = true;
        if (strncmp(entry, strays->variable, name_size) != 0)
            continue;
        if (!strays->is_wanted(strays->owner, entry + name_size))
            kill(pid, SIGKILL);
        break;
    }
    strays->is_unsure = strays->is_unsure || !has_any;
    free(entry);
    if (file)
        fclose(file);
}

bool descendants_end_strays(const char *variable, bool (*is_wanted)(void *owner, const char *value),
                            void *owner)
{
    struct strays strays = {.variable = variable, .is_wanted = is_wanted, .owner = owner};

    each_child(kill_stray, &strays);
    return !strays.is_unsure;
}

static void kill_child(pid_t pid, void *unused)
{
    kill(pid, SIGKILL);
}

void descendants_end(int milliseconds)
{
    const struct timespec step = {.tv_nsec = STEP_MILLISECONDS * 1000000L};

    for (int waited = 0; waited < milliseconds; waited += STEP_MILLISECONDS) {
        pid_t pid;

        each_child(kill_child, NULL); /* until no child is left: that gets every descendant */
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (pid < 0)
            return; /* no child, so no descendant */
        nanosleep(&step, NULL);
    }
}
