#pragma once

/*
 * A server under load: the emulator or the floor, in a process of its own, and what the kernel says
 * that it uses.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct server {
    pid_t pid;
    uint16_t port;
    double start_seconds; /* from the fork to "Ready." */
};

/*
 * Starts the emulator with a project (NULL: the bench's own), its data in the folder, and waits
 * until it is ready. False, and a line on standard error, if it isn't in time.
 */
bool server_start_emulator(struct server *server, const char *binary, const char *project,
                           const char *folder);

/* Starts the floor. */
bool server_start_floor(struct server *server);

/* Ends it, waits for it, and zeroes *server. */
void server_stop(struct server *server);

/* What its threads have used until now, in seconds; without its children. */
double server_cpu_seconds(const struct server *server);

/* VmRSS in KB (1024 bytes). */
double server_rss_kilobytes(const struct server *server);
