#pragma once

/*
 * One invocation from lambda_invoke() to its end:
 *
 *     QUEUED --> RUNNING --> ANSWERED
 *        |          |
 *        +----------+------> FAILED
 *
 * It may outlive the struct invocation of whoever asked: the caller may stop waiting at any time,
 * and what runs then runs on, with its answer dropped.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/queue.h"
#include "base/text.h"
#include "lambda/lambda.h"
#include "loop/alarm.h"
#include "loop/http_exchange.h"
#include "loop/loop.h"

struct lambda;
struct pool;

enum run_state {
    RUN_QUEUED,   /* waits for a process, in its pool's queue */
    RUN_RUNNING,  /* a process has its event */
    RUN_ANSWERED, /* the handler has returned something */
    RUN_FAILED,   /* it has thrown, crashed, come too late, or never begun */
};

struct lambda_run {
    struct queue_link link;      /* in its pool's waiting, while QUEUED */
    struct queue_link runs_link; /* in the lambda's runs */
    enum run_state state;
    struct lambda *lambda;
    struct pool *pool;             /* NULL: no such function */
    struct invocation *invocation; /* NULL: nobody waits any more */
    struct text event;             /* until a process has it */
    struct http_exchange exchange; /* of a function that runs elsewhere */
    struct alarm patience;         /* the caller's */
    struct loop_task task;         /* tells of what was refused at once */
    enum invocation_outcome refusal;
    int64_t begun_at;   /* clock_microseconds() of lambda_invoke() */
    int64_t running_at; /* and of when a process took it */
    char request_id[ID_UUID_SIZE];
    char connection_id[ID_SIZE]; /* "" where there is none */
};

/* A run for the invocation, whose event it takes; its caller's timeout begins. pool may be NULL. */
struct lambda_run *run_new(struct lambda *lambda, struct pool *pool, struct invocation *invocation);

/* A process has taken its event. */
void run_begin(struct lambda_run *run);

/* Ends it in the next turn, without a payload: before it began. */
void run_refuse(struct lambda_run *run, enum invocation_outcome outcome);

/* Ends it with what the handler returned, or with an error document; the payload is copied. */
void run_finish(struct lambda_run *run, enum invocation_outcome outcome, const char *payload,
                size_t size);

/* Frees it without telling anybody: only where everything ends. */
void run_forget(struct lambda_run *run);
