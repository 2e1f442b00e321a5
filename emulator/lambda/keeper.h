#pragma once

/*
 * The keeper: a process forked from us before anything else exists, which starts handler processes,
 * reports their exits, and kills what is left of them, grandchildren included, when we are gone for
 * whatever reason. It is a child subreaper; each handler has its own process group, the original
 * descriptor limit, and none of our descriptors.
 */

#include <stddef.h>
#include <sys/types.h>

/* Our end of it. */
struct keeper {
    int socket; /* a SOCK_SEQPACKET pair; -1: none */
    pid_t pid;
};

/*
 * Forks the keeper. To be called first of all: no threads, no loop, descriptor limit as it was
 * found. Returns 0 or a negative errno.
 */
int keeper_start(struct keeper *keeper);

/* Lets the keeper end what is left, and waits for it. */
void keeper_stop(struct keeper *keeper);
