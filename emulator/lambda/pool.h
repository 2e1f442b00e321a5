#pragma once

/* A function's processes: who gets the next event, and when another process starts or has to go. */

#include <stdbool.h>

#include "lambda/lambda.h"

struct function;
struct lambda;
struct lambda_run;
struct pool;

/* A pool for a function, which is copied. */
struct pool *pool_new(struct lambda *lambda, const struct function *function);

/* Its processes and runs must be gone. */
void pool_free(struct pool *pool);

/* The function has changed: what runs ends as it began, what comes next gets new processes. */
void pool_replace_function(struct pool *pool, const struct function *function);

/* True if the function runs, or has done so until a moment ago. */
bool pool_has_run_lately(const struct pool *pool);

/* Lets all of its processes end after what they run. */
void pool_retire(struct pool *pool);

/* There is no such function any more: those who wait are told so. */
void pool_remove(struct pool *pool);

/* Gives the run to the most recently used idle process, or queues it and starts one if there may be
 * one more. */
void pool_invoke(struct pool *pool, struct lambda_run *run);

/* Starts processes for those who wait, as many as the function and all functions together may have.
 */
void pool_fill(struct pool *pool);

/* A function that is debugged gets its process, or, where one ends, the next one, at once. */
void pool_prepare(struct pool *pool);

/* The run that waits longest: taken off the queue, or only shown; NULL if there is none. */
struct lambda_run *pool_pop_waiting(struct pool *pool);
struct lambda_run *pool_first_waiting(const struct pool *pool);

/* Takes a run that waits off the queue. */
void pool_remove_waiting(struct pool *pool, struct lambda_run *run);
