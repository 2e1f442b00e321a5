#pragma once

/*
 * What is counted of one function. The counts belong to its pool and outlive the deployments of the
 * function.
 *
 * AWS: "Types of metrics for Lambda functions".
 */

#include <stdint.h>

#include "base/metric.h"
#include "lambda/lambda.h"

#define INVOCATION_OUTCOMES 5

struct function_metrics {
    uint64_t invocations; /* events that a process had, and starts that failed */
    uint64_t errors;
    uint64_t throttles;
    struct histogram duration;              /* from the event to the answer or the end */
    uint64_t outcomes[INVOCATION_OUTCOMES]; /* as whoever invoked learned it */
    uint64_t late_results;                  /* of handlers that nobody waited for any more */
    uint64_t failed_starts;
    struct histogram cold_start; /* from the start of a process until it asks for an event */
};

/* What a function does now. */
struct function_load {
    const char *function;
    const struct function_metrics *metrics;
    uint64_t running; /* events that processes have */
    uint64_t waiting; /* events that wait for a process */
};

/* Processes by state. */
struct process_count {
    const char *state;
    uint64_t count;
};

#define PROCESS_STATES 6

/* Calls visit for each function that is deployed or was. */
void lambda_each_load(const struct lambda *lambda,
                      void (*visit)(void *owner, const struct function_load *load), void *owner);

/* Fills counts, a row for each state. */
void lambda_count_processes(const struct lambda *lambda,
                            struct process_count counts[PROCESS_STATES]);
