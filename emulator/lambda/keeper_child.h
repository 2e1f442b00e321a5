#pragma once

/*
 * The keeper's own side: what runs in the forked process, and the requests that it understands. A
 * request is one packet; what may be larger than a packet, arguments and environment, comes in a
 * memory file that travels with it.
 */

#include <stddef.h>
#include <stdint.h>

#define KEEPER_NAME "postern-keeper"

/* Arguments and environment of one process: as much as the kernel takes in one exec, about. */
#define KEEPER_STRINGS_SIZE_MAX (2 * 1024 * 1024)

/* The descriptors that travel with a spawn request, in this order. */
enum keeper_descriptor {
    KEEPER_STRINGS, /* a memory file: directory, arguments, environment, each ending in NUL */
    KEEPER_OUTPUT,
    KEEPER_ERROR,
    KEEPER_DESCRIPTORS,
};

enum keeper_request_kind { KEEPER_SPAWN, KEEPER_KILL };

struct keeper_request {
    enum keeper_request_kind kind;
    int signal; /* of a kill */
    uint64_t token;
    uint64_t strings_size; /* of a spawn: bytes in the memory file */
    uint64_t argument_count;
    uint64_t environment_count;
};

/* Serves the socket until its other end is closed, ends all processes, and exits. */
void keeper_child_run(int socket) __attribute__((noreturn));
