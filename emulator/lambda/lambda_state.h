#pragma once

/* What the files of this folder share. Nobody else includes it. */

#include "base/map.h"
#include "base/queue.h"
#include "lambda/lambda.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"
#include "model/registry.h"

struct http_server;
struct process;

struct lambda {
    struct lambda_settings settings;
    char *region;
    char *account;
    char *runtime_directory;
    struct map pools;     /* function name to pool */
    struct map processes; /* token to process */
    struct queue idle;    /* idle processes of all functions, the idlest first */
    struct http_server *runtime_server;
    struct poller reports; /* the keeper's */
    uint64_t last_token;
    unsigned function_count;
};

/* One function, its processes, and the invocations that wait for one. */
struct pool {
    struct lambda *lambda;
    struct function function;
    struct queue processes;
    struct queue idle;    /* the most recently used first */
    struct queue waiting; /* runs without a process */
    unsigned starting;    /* processes that have not asked for their first event */
    bool is_removed;      /* the last deployment didn't have it */
};

/* An invocation's life in here; it may outlive the struct invocation of whoever asked. */
enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_ANSWERED };

struct lambda_run {
    struct queue_link link; /* in waiting, while QUEUED */
    enum run_state state;
    struct pool *pool;             /* NULL: no such function */
    struct process *process;       /* while RUNNING */
    struct invocation *invocation; /* NULL: nobody waits any more */
    struct text event;
    struct alarm timeout;  /* the caller's */
    struct loop_task task; /* to answer what was refused at once */
    int64_t started_at;    /* clock_microseconds() */
    enum invocation_outcome refusal;
    char request_id[ID_UUID_SIZE];
};
