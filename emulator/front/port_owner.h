#pragma once

/* Which process listens on a TCP port of this machine, as far as /proc lets us see. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PORT_OWNER_NAME_SIZE 64

struct port_owner {
    pid_t pid;
    char name[PORT_OWNER_NAME_SIZE]; /* of its program, "node" */
};

/* False if nobody listens there or we may not know. */
bool port_owner_find(uint16_t port, struct port_owner *owner);
