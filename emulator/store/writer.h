#pragma once

/*
 * The thread that writes: takes whatever is queued, applies it in one transaction, and tells those
 * who wait for it, on the loop. There is no timer: what arrives while one commit runs is the next
 * batch. Knows no table; what a write does is its own apply().
 *
 * A batch that fails is rolled back. Who waits for one of its writes learns of it; a write that
 * wants to is tried again with the next batch. The failure is logged once a minute.
 */

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "loop/mailbox.h"

struct loop;
struct store;
struct store_waiter;

/* Writes committed together at most, those that are tried again not counted. */
#define WRITER_BATCH_MAX 1000

/* One thing to be written. The writer owns it from writer_queue() on, and frees it with free(). */
struct write {
    struct letter letter;

    /*
     * Does it, within a transaction, on the writer's thread. Returns 0 or a negative errno, logs
     * nothing. -EINVAL fails this write only, anything else its batch.
     */
    int (*apply)(struct write *write, struct store *store);

    /*
     * NULL: nothing to do. Called when its batch was committed (result 0, or -EINVAL for this
     * write alone) or rolled back, to bring memory in line. True: it is to be tried again.
     */
    bool (*settle)(struct write *write, struct store *store, int result);

    struct store_waiter *waiter; /* NULL: nobody waits */
    bool is_cancelled;           /* nobody waits any more: the loop's side only */
    int result;
};

struct writer_hooks {
    int (*before_commit)(struct store *store); /* 0 or a negative errno: then it is rolled back */
    void (*after_rollback)(struct store *store);
    int (*tidy)(struct store *store); /* between two batches; 0 or a negative errno */
};

struct writer {
    const struct writer_hooks *hooks;
    struct store *store;
    sqlite3 *database;
    struct mailbox done;
    pthread_t thread;
    bool is_running; /* the thread exists: the loop's side only */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct queue queue;
    bool is_busy;
    bool is_paused;
    bool is_stopping;

    /* The thread's own. */
    struct queue again; /* of a failed batch */
    bool is_failing;
    int64_t logged_at; /* microseconds */
};

/* Starts the thread; store and database must outlive it. Returns 0 or a negative errno. */
int writer_start(struct writer *writer, struct loop *loop, sqlite3 *database, struct store *store,
                 const struct writer_hooks *hooks);

/* Writes what is queued, ends the thread and calls all waiters. */
void writer_stop(struct writer *writer);

/* On the loop's thread only, as are the following. */
void writer_queue(struct writer *writer, struct write *write);

/* Writes that are waiting. */
size_t writer_backlog(struct writer *writer);

/* Between these two the writer leaves the database to the caller; writes may be queued. */
void writer_pause(struct writer *writer);
void writer_resume(struct writer *writer);
