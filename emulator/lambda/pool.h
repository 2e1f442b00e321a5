#pragma once

/* A function's processes: who gets the next event, and when another process starts or has to go. */

struct lambda;
struct lambda_run;
struct pool;
struct process;

/* Gives the run to the most recently used idle process, or queues it and starts one if there may be
 * one more. */
void pool_invoke(struct pool *pool, struct lambda_run *run);

/* Starts processes for those who wait, as many as the function and all functions together may have.
 */
void pool_fill(struct pool *pool);

/* The first run that waits, taken off the queue; NULL if there is none. */
struct lambda_run *pool_pop_waiting(struct pool *pool);

/* Fails the first run that waits, after a process couldn't be started. Nothing if none waits. */
void pool_fail_waiting(struct pool *pool, const char *type, const char *message);
