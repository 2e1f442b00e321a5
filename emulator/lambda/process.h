#pragma once

/*
 * One handler process:
 *
 *     STARTING ---> IDLE ---> BUSY ---> ANSWERED       it asks; gets an event; answers; asks again
 *        |  |        | ^        |  ^       | |
 *        |  |        | +--------|--|-------+ |
 *        |  +--------|----------|--+---------+         an event waits for it already
 *        |           |          |            |
 *        |           |          +--> DRAINING|         it is retired: ends with what it runs; one
 *        |           |          |       |    |         that starts takes what waited for it before
 *        +-----------+----------+-------+----+--> ENDING --> freed when its exit is reported
 *
 * It takes one event at a time through its own loopback endpoint, which listens before it starts,
 * so that nobody has to guess whose request it is. Dead processes are noticed by their exit, not by
 * their socket.
 *
 * AWS: "Lambda execution environment lifecycle".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/queue.h"
#include "base/text.h"
#include "http/operation.h"
#include "lambda/endpoint.h"
#include "lambda/lambda.h"
#include "lambda/output.h"
#include "loop/alarm.h"
#include "loop/loop.h"

struct call;
struct keeper_report;
struct lambda_run;
struct pool;

enum process_state {
    PROCESS_STARTING, /* has not asked for an event yet */
    PROCESS_IDLE,     /* its request for the next event waits */
    PROCESS_BUSY,     /* runs one */
    PROCESS_ANSWERED, /* has answered, and not asked for the next one yet */
    PROCESS_DRAINING, /* runs its last one */
    PROCESS_ENDING,   /* killed or exiting: nothing is expected of it but its exit */
};

struct process {
    struct queue_link link;      /* in its pool */
    struct queue_link idle_link; /* in its pool's idle, while IDLE */
    struct queue_link idlest;    /* in the lambda's idle, while IDLE */
    struct pool *pool;
    enum process_state state;
    uint64_t token;
    char name[24];    /* the token in digits: its key */
    char pid[16];     /* in digits; "" until it is known */
    int64_t began_at; /* clock_microseconds() */
    struct endpoint endpoint;
    struct output output;
    struct output error;
    struct call *parked;            /* while IDLE: its open request */
    struct lambda_run *run;         /* while BUSY or DRAINING */
    char answered_id[ID_UUID_SIZE]; /* of the last run that it has answered */
    int64_t timeout_milliseconds;   /* of the run */
    struct alarm alarm;    /* by state: start-up, keep-warm, the function's timeout, the end */
    struct loop_task task; /* tells of a start that failed at once */
    struct text problem;   /* why */
    bool has_extension;    /* wants to hear a SIGTERM */
    bool makes_room;       /* goes for another one's sake */
    int64_t retired_at;    /* clock_microseconds(), while STARTING; 0: it isn't */
    bool is_returning;     /* while ANSWERED: counted in its pool as about to ask */
};

/* What every line about a process and its run, which may be NULL, has. */
/* clang-format off */
#define PROCESS_FIELDS(process, run, why)                                                          \
    LOG_FIELDS({"functionName", (process)->pool->function.name},                                   \
               {"requestId", (run) ? (run)->request_id : NULL},                                    \
               {"connectionId", (run) && (run)->connection_id[0] ? (run)->connection_id : NULL},   \
               {"pid", (process)->pid[0] ? (process)->pid : NULL}, {"reason", why})
/* clang-format on */

/* Starts a process of the pool's function. If it can't be started, a run that waits fails later. */
void process_start(struct pool *pool);

/* A STARTING process says that it can't load its handler, and ends. */
void process_fail_start(struct process *process, const char *payload, size_t size);

/* Lets it end after what it runs. */
void process_retire(struct process *process);

/* True if it starts, or runs an event. */
bool process_is_at_work(const struct process *process);

/* Ends an IDLE process for the sake of another function's. */
void process_make_room(struct process *process);

/* What the keeper says of it; after its exit the process is freed. */
void process_report(struct process *process, const struct keeper_report *report);

/* Kills and frees it without any more talk, its run too: only where everything ends. */
void process_forget(struct process *process);

/* "idle" and so on: our own name. */
const char *process_state_label(enum process_state state);

/* "Ready" and so on: what AWS calls the state, for its messages. */
const char *process_state_name(const struct process *process);
