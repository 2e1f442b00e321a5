#pragma once

/*
 * Places for processes under the cap over all functions: a function that needs one where all are
 * taken gets that of the idlest process, or the next that becomes free.
 */

#include <stdbool.h>

struct lambda;
struct pool;
struct process;

/* True if the pool may start a process now. Otherwise it is remembered, and somebody has to go. */
bool room_claim(struct pool *pool);

/* The pool needs no place any more. Harmless if it waited for none. */
void room_renounce(struct pool *pool);

/* True if a process of the pool that has nothing to do, or is between two events, must make room.
 */
bool room_is_owed(const struct pool *pool);

/* The process goes to make room; it is told to by the caller. */
void room_promise(struct process *process);

/* A process has gone for good. */
void room_return(struct process *process);

/* Starts processes for those who wait, as far as there are places. */
void room_fill(struct lambda *lambda);
