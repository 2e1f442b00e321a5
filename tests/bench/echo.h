#pragma once

/* Clients that send a message, wait until it comes back, and send it again. */

#include <stdbool.h>
#include <stddef.h>

#define ECHO_CLIENTS_MAX 50

struct bench;
struct server;
struct swarm;

struct echo_case {
    const char *route; /* of the server's project: it says back what it is told */
    size_t clients;
    const char *text;   /* for people */
    double rate_target; /* 0: none */
    double p50_target;  /* microseconds; 0: none */
};

/*
 * Warms up, measures, and adds the figures to the report. *cpu becomes the microseconds of the
 * server's time for each message; it may be NULL. False, with a line on standard error, if not
 * every message was answered.
 */
bool echo_measure(struct bench *bench, const struct server *server, struct swarm *swarm,
                  const struct echo_case *at, double *cpu);
