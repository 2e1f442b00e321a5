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

/* What makes a child one that must go. */
struct stray {
    const char *variable;
    bool (*is_wanted)(void *owner, const char *value);
    void *owner;
};

/* A process that is about to become another program has no environment for a moment: whatever it
 * starts is looked at again when it ends. */
static bool is_stray(const char *pid, const struct stray *stray)
{
    size_t name_size = strlen(stray->variable);
    char *entry      = NULL;
    size_t capacity  = 0;
    bool result      = false;
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%.20s/environ", pid);
    file = fopen(path, "re");
    while (file && !result && getdelim(&entry, &capacity, '\0', file) > 0)
        result = strncmp(entry, stray->variable, name_size) == 0 &&
                 !stray->is_wanted(stray->owner, entry + name_size);
    free(entry);
    if (file)
        fclose(file);
    return result;
}

/* Kills the children of ours, stray NULL: all of them. As we are a subreaper, everything whose
 * parent has died is a child of ours. */
static void kill_children(const struct stray *stray)
{
    pid_t self     = getpid();
    DIR *processes = opendir("/proc");
    const struct dirent *entry;

    while (processes && (entry = readdir(processes))) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        if (read_parent(entry->d_name) == self && (!stray || is_stray(entry->d_name, stray)))
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    }
    if (processes)
        closedir(processes);
}

void descendants_end_strays(const char *variable, bool (*is_wanted)(void *owner, const char *value),
                            void *owner)
{
    kill_children(&(struct stray){.variable = variable, .is_wanted = is_wanted, .owner = owner});
}

void descendants_end(int milliseconds)
{
    const struct timespec step = {.tv_nsec = STEP_MILLISECONDS * 1000000L};

    for (int waited = 0; waited < milliseconds; waited += STEP_MILLISECONDS) {
        pid_t pid;

        kill_children(NULL); /* until no child is left: that gets every descendant */
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (pid < 0)
            return; /* no child, so no descendant */
        nanosleep(&step, NULL);
    }
}
