#pragma once

/*
 * The one event loop. Everything that the emulator does happens in its callbacks, on one thread;
 * other threads reach it through a mailbox only. No callback frees its own object:
 * loop_free_later() does, once the turn is over.
 */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/queue.h"

struct loop;

/* A call that is made once, in the next turn, unless it is cancelled. Lives inside whoever wants
 * the call; zeroed before use. */
struct loop_task {
    struct queue_link link;
    struct loop *loop; /* NULL: not scheduled */
    void (*run)(struct loop_task *task);
};

struct loop {
    uv_loop_t uv;
    struct queue tasks;
    struct queue graveyard; /* buried in this turn */
    struct queue crypt;     /* buried in the turn before; emptied at the end of this one */
    uv_check_t after_turn;
    uv_idle_t spinner;   /* keeps the turn from waiting while there are tasks */
    uv_timer_t deadline; /* of loop_run_until() */
};

/* Returns 0 or a negative errno. */
int loop_init(struct loop *loop);

/* Closes what is left and runs the turns that closing needs. */
void loop_deinit(struct loop *loop);

/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Runs turns until done(context) is true, at most timeout milliseconds; returns what done said
 * last. Not from within a callback of the loop. */
bool loop_run_until(struct loop *loop, bool (*done)(void *context), void *context, int64_t timeout);

/*
 * Calls free_object(object) after the current turn, when the handles that this turn closed are gone
 * too: an object that holds a libuv handle by value closes it and calls this.
 */
void loop_free_later(struct loop *loop, void *object, void (*free_object)(void *object));

/* Schedules task->run; a task that is scheduled already stays where it is. */
void loop_later(struct loop *loop, struct loop_task *task, void (*run)(struct loop_task *task));

/* Harmless if it isn't scheduled. */
void loop_task_cancel(struct loop_task *task);
