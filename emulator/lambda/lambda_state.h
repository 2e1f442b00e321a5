#pragma once

/* What the files of this folder share. Nobody else includes it. */

#include <stdbool.h>

#include "base/map.h"
#include "base/queue.h"
#include "lambda/function_metrics.h"
#include "lambda/lambda.h"
#include "lambda/self_change.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"
#include "model/registry.h"

struct http_agent;
struct http_server;
struct process;

struct lambda {
    struct lambda_settings settings; /* its strings are ours */
    char *region;
    char *account;
    char *runtime_directory;
    struct map pools;         /* function name to pool */
    struct map processes;     /* token to process */
    struct queue runs;        /* all that there are */
    struct queue idle;        /* idle processes of all functions, the idlest first */
    struct queue hungry;      /* pools that wait for a place under the overall cap */
    unsigned places_promised; /* processes that were told to go for their sake, and haven't yet */
    struct http_server *runtime_server;   /* for whoever speaks the Runtime API */
    struct http_server *bootstrap_server; /* the same, for our own bootstraps */
    struct http_agent *agent;             /* for functions that run elsewhere */
    struct poller reports;                /* the keeper's */
    unsigned function_count;
    bool is_preload_told; /* that its path can't be used */
};

/* One function, its processes, and the invocations that wait for one. */
struct pool {
    struct lambda *lambda;
    struct function function;
    char *arn;
    struct queue processes;
    struct queue idle;     /* the most recently used first */
    struct queue waiting;  /* runs without a process */
    unsigned starting;     /* processes that have not asked for their first event */
    unsigned returning;    /* that have just answered one, and will ask for the next at once */
    bool is_removed;       /* the last deployment didn't have it */
    unsigned remote_count; /* runs that are elsewhere */
    bool is_wanted;        /* a process is to be there before anybody asks for it */
    bool is_hungry;
    int64_t last_run_at; /* clock_microseconds() of the last answer; 0: none yet */
    struct self_change self_change;
    struct queue_link hungry_link;
    int64_t hungry_since; /* clock_microseconds() */
    struct function_metrics metrics;
};
