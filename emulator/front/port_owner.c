#include "front/port_owner.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define LISTENING    0x0a /* in the column "st" */
#define SOCKETS_MAX  8    /* that share the port: one for each address */
#define LINK_SIZE    64   /* "socket:[4026531840]" fits */
#define PROCESS_PATH "/proc/%d/%s"

struct sockets {
    unsigned long long inodes[SOCKETS_MAX];
    size_t count;
};

static void add_listening(struct sockets *sockets, const char *table, uint16_t port)
{
    FILE *file = fopen(table, "re");
    char line[512];

    if (!file)
        return;
    while (fgets(line, sizeof line, file) && sockets->count < SOCKETS_MAX) {
        unsigned local_port;
        unsigned status;
        unsigned long long inode;

        if (sscanf(line,
                   " %*d: %*[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*4x %2x %*x:%*x %*x:%*x %*x %*u %*d "
                   "%llu",
                   &local_port, &status, &inode) == 3 &&
            local_port == port && status == LISTENING)
            sockets->inodes[sockets->count++] = inode;
    }
    fclose(file);
}

static bool is_one_of(const struct sockets *sockets, const char *link)
{
    unsigned long long inode;

    if (sscanf(link, "socket:[%llu]", &inode) != 1)
        return false;
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->inodes[i] == inode)
            return true;
    }
    return false;
}

static bool process_has_one_of(pid_t pid, const struct sockets *sockets)
{
    char path[LINK_SIZE];
    struct dirent *entry;
    bool has_one = false;
    DIR *folder;

    snprintf(path, sizeof path, PROCESS_PATH, (int)pid, "fd");
    folder = opendir(path);
    while (folder && !has_one && (entry = readdir(folder))) {
        char link[LINK_SIZE];
        ssize_t size = readlinkat(dirfd(folder), entry->d_name, link, sizeof link - 1);

        if (size <= 0)
            continue;
        link[size] = '\0';
        has_one    = is_one_of(sockets, link);
    }
    if (folder)
        closedir(folder);
    return has_one;
}

/* The program's own name; what the process calls itself may be that of a thread, "MainThread". */
static void find_name(struct port_owner *owner)
{
    char path[LINK_SIZE];
    char program[PATH_MAX];
    const char *name = "a process";
    ssize_t size;

    snprintf(path, sizeof path, PROCESS_PATH, (int)owner->pid, "exe");
    size = readlink(path, program, sizeof program - 1);
    if (size > 0) {
        program[size] = '\0';
        name          = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
    }
    snprintf(owner->name, sizeof owner->name, "%.*s", PORT_OWNER_NAME_SIZE - 1, name);
}

bool port_owner_find(uint16_t port, struct port_owner *owner)
{
    struct sockets sockets = {0};
    struct dirent *entry;
    bool is_found = false;
    DIR *folder;

    add_listening(&sockets, "/proc/net/tcp", port);
    add_listening(&sockets, "/proc/net/tcp6", port);
    if (sockets.count == 0)
        return false;
    folder = opendir("/proc");
    while (folder && !is_found && (entry = readdir(folder))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        owner->pid = (pid_t)strtol(entry->d_name, NULL, 10);
        is_found   = process_has_one_of(owner->pid, &sockets);
    }
    if (folder)
        closedir(folder);
    if (is_found)
        find_name(owner);
    return is_found;
}
