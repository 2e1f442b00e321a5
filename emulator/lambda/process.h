#pragma once

/*
 * One handler process:
 *
 *     STARTING --> IDLE <--> BUSY --> ANSWERED
 *        |          |         |          |
 *        +----------+---------+----------+--> ENDING --> (its exit is reported: freed)
 *                   ^                    |
 *                   +--------------------+   it asks for its next event
 *
 * It takes one event at a time through its own loopback endpoint, which listens before it starts,
 * so that nobody has to guess whose request it is. Dead processes are noticed by their exit, not by
 * their socket.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "http/operation.h"
#include "lambda/output.h"
#include "loop/alarm.h"
#include "loop/poller.h"

struct call;
struct keeper_report;
struct lambda_run;
struct pool;

enum process_state {
    PROCESS_STARTING, /* has not asked for an event yet */
    PROCESS_IDLE,     /* its request for the next event waits */
    PROCESS_BUSY,     /* runs one */
    PROCESS_ANSWERED, /* has answered, and not asked for the next one yet */
    PROCESS_ENDING,   /* killed or exiting: nothing is expected of it but its exit */
};

struct process {
    struct queue_link link;      /* in its pool */
    struct queue_link idle_link; /* in its pool's idle, while IDLE */
    struct queue_link idlest;    /* in the lambda's idle, while IDLE */
    struct pool *pool;
    enum process_state state;
    uint64_t token;
    char name[24]; /* the token in digits: its key */
    int pid;       /* 0 until it is known */
    int listener;
    uint16_t port;
    struct poller accept;
    struct call *next;      /* while IDLE: its open request */
    struct lambda_run *run; /* while BUSY */
    struct alarm alarm;     /* by state: start-up, keep-warm, the function's timeout */
    struct output output;
    struct output error;
    bool is_retired;  /* its code has changed: ends after what it runs */
    bool was_counted; /* in its pool's starting */
};

/* Starts a process of the pool's function. Returns 0, or a negative errno after logging why. */
int process_start(struct pool *pool);

/* Hands an event to an IDLE process. */
void process_take(struct process *process, struct lambda_run *run);

/* It asks for its next event: a run that waits is handed over at once. */
enum outcome process_ask(struct process *process, struct call *call);

/* It has answered its event, its run was finished. */
void process_answered(struct process *process);

/* Ends it now; a run it has is the caller's to finish first. */
void process_kill(struct process *process);

/* Lets it end after what it runs. */
void process_retire(struct process *process);

/* What the keeper says of it; after its exit the process is freed. */
void process_report(struct process *process, const struct keeper_report *report);

/* Frees it without any more talk: only where everything ends. */
void process_free(struct process *process);
