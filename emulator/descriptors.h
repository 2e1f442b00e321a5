#pragma once

/*
 * How many descriptors there are, and for whom. The kernel gives out the lowest free number, so a
 * socket's own number tells how many are in use: what may grow without end, WebSocket clients,
 * stops at the lowest bound; then HTTP requests have some of their own; and the rest is for
 * handlers. What handlers have in use raises the bounds, since it may lie below them.
 */

struct descriptors {
    unsigned in_all;
    int upgrade_max; /* no WebSocket client comes in from this number on */
    int socket_max;  /* no client is accepted from this number on */
    int pair_max;    /* no TLS client gets further from this number on */
};

/* To be called first of all: where we were started without standard streams their places are taken
 * by /dev/null, or the first file or socket that we open would become our log. */
void descriptors_keep_standard(void);

/* Raises our limit to what we may have at most, and divides it. processes_max: handlers at once. */
void descriptors_open(struct descriptors *descriptors, unsigned processes_max);

void descriptors_divide(struct descriptors *descriptors, unsigned in_all, unsigned processes_max);
