#pragma once

/*
 * What outlives the process, in SQLite. A writer thread of its own takes what is queued and commits
 * it together; the loop never waits for the disk. What must be on disk before an answer goes out
 * has a waiter, called on the loop.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"

struct loop;
struct store;
struct write;

/* Lives inside whoever waits; done is called once, on the loop, never before the starting function
 * has returned. */
struct store_waiter {
    void (*done)(struct store_waiter *waiter, int result); /* 0 or a negative errno */
    struct write *write;                                   /* the store's: what is waited for */
};

/* Done isn't called any more; what was queued is written all the same. Harmless if nothing is under
 * way. To be called by whoever goes before the store does. */
void store_waiter_cancel(struct store_waiter *waiter);

/*
 * Opens (or makes) directory/postern.db, migrates it and starts the writer; directory NULL: in
 * memory. NULL after logging why: a newer version, no database, no permission. The file is then
 * untouched.
 */
struct store *store_open(struct loop *loop, const char *directory);

/* Writes that wait for the writer. */
size_t store_backlog(struct store *store);

/* Writes what is queued, closes the database. Waiters are called before it returns. */
void store_close(struct store *store);
