#pragma once

/*
 * The table connections as the writer sees it: its statements, and the seq of every row that may
 * still change, since the table has no index on connection ids. Belongs to whoever writes; knows no
 * thread and no transaction.
 *
 * No function logs; they return 0 or a negative errno. What they note in memory about a transaction
 * that fails is undone by connection_table_unput() and connection_table_drop_touches().
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/queue.h"
#include "store/database.h"

struct connection_row;

struct connection_table {
    sqlite3 *database; /* borrowed */
    sqlite3_stmt *put;
    sqlite3_stmt *touch;
    sqlite3_stmt *close;
    sqlite3_stmt *deliver;
    sqlite3_stmt *prune;
    struct map rows;      /* connection id to struct known_row: open, or closed and undelivered */
    struct queue touched; /* those of rows whose last_active_at is to be written */
    int64_t next_seq;
    int64_t finished_count; /* rows that are closed and delivered */
};

/* Logs what fails. */
int connection_table_init(struct connection_table *table, sqlite3 *database);
void connection_table_deinit(struct connection_table *table);

/* Inserts a row and knows it from then on; _unput makes it unknown again. */
int connection_table_put(struct connection_table *table, const struct connection_row *row);
void connection_table_unput(struct connection_table *table, const char *connection_id);

/* True of a row that is open, or closed and undelivered. */
bool connection_table_knows(const struct connection_table *table, const char *connection_id);

/* Remembers a time for the row, if it is known; _flush_touches writes the last one of each. */
void connection_table_touch(struct connection_table *table, const char *connection_id,
                            int64_t last_active_at);
int connection_table_flush_touches(struct connection_table *table);
void connection_table_drop_touches(struct connection_table *table);

/* Nothing happens to a row that isn't known. */
int connection_table_close(struct connection_table *table, const char *connection_id, int64_t at,
                           int code, const char *reason);
int connection_table_deliver(struct connection_table *table, const char *connection_id);

/* Forgets a delivered row, once that is committed. */
void connection_table_finish(struct connection_table *table, const char *connection_id);

/* Deletes the oldest finished rows, at most batch, if there are batch more than keep. */
int connection_table_prune(struct connection_table *table, int64_t keep, int64_t batch);

/* What store_connection_recover() promises; logs what fails. */
int connection_table_recover(struct connection_table *table, int64_t now,
                             void (*visit)(void *owner, const struct connection_row *row),
                             void *owner);
