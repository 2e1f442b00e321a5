#include "store/connection_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "store/store_connection.h"

/* AWS: a connection whose transport ended without a close frame. */
#define CODE_LOST 1006

/* A row that may still change. */
struct known_row {
    struct queue_link link; /* in touched */
    int64_t seq;
    int64_t touched_at; /* 0: nothing to write, not linked */
    char connection_id[];
};

static const char put_sql[] =
    "INSERT INTO connections (seq, connection_id, api_id, stage, connected_at, last_active_at,"
    " source_ip, user_agent, domain_name, deployment_id, authorizer, disconnected_at,"
    " disconnect_status_code, disconnect_reason, disconnect_delivered, identity)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

static const char touch_sql[] = "UPDATE connections SET last_active_at = ?2 WHERE seq = ?1";

static const char close_sql[] =
    "UPDATE connections SET disconnected_at = ?2, disconnect_status_code = ?3,"
    " disconnect_reason = ?4, disconnect_delivered = 0 WHERE seq = ?1";

static const char deliver_sql[] = "UPDATE connections SET disconnect_delivered = 1 WHERE seq = ?1";

static const char prune_sql[] =
    "DELETE FROM connections WHERE seq IN"
    " (SELECT seq FROM connections WHERE disconnect_delivered = 1 ORDER BY seq LIMIT ?1)";

static const char lose_sql[] =
    "UPDATE connections SET disconnected_at = ?1, disconnect_status_code = ?2,"
    " disconnect_reason = '', disconnect_delivered = 0 WHERE disconnected_at IS NULL";

static const char undelivered_sql[] =
    "SELECT seq, connection_id, api_id, stage, connected_at, last_active_at, source_ip,"
    " user_agent, domain_name, deployment_id, authorizer, disconnected_at,"
    " disconnect_status_code, disconnect_reason, identity"
    " FROM connections WHERE disconnect_delivered = 0 ORDER BY seq";

static int prepare_statements(struct connection_table *table)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } statements[] = {
        {put_sql,     &table->put    },
        {touch_sql,   &table->touch  },
        {close_sql,   &table->close  },
        {deliver_sql, &table->deliver},
        {prune_sql,   &table->prune  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
        int result = database_prepare(table->database, statements[i].sql, statements[i].statement);

        if (result < 0)
            return result;
    }
    return 0;
}

int connection_table_init(struct connection_table *table, sqlite3 *database)
{
    sqlite3_int64 last_seq;
    sqlite3_int64 finished_count;
    int result;

    *table = (struct connection_table){.database = database};
    result = prepare_statements(table);
    if (result < 0)
        return result;
    result = database_query_number(database, "SELECT max(seq) FROM connections", 0, &last_seq);
    if (result < 0)
        return result;
    result = database_query_number(
        database, "SELECT count(*) FROM connections WHERE disconnect_delivered = 1", 0,
        &finished_count);
    if (result < 0)
        return result;
    table->next_seq       = last_seq + 1;
    table->finished_count = finished_count;
    return 0;
}

void connection_table_deinit(struct connection_table *table)
{
    struct known_row *row;
    size_t at = 0;

    while ((row = map_next(&table->rows, &at))) {
        map_remove(&table->rows, row->connection_id);
        free(row);
    }
    map_deinit(&table->rows);
    sqlite3_finalize(table->put);
    sqlite3_finalize(table->touch);
    sqlite3_finalize(table->close);
    sqlite3_finalize(table->deliver);
    sqlite3_finalize(table->prune);
    *table = (struct connection_table){0};
}

static void learn(struct connection_table *table, const char *connection_id, int64_t seq)
{
    size_t size           = strlen(connection_id) + 1;
    struct known_row *row = memory_new(sizeof *row + size);

    row->seq = seq;
    memcpy(row->connection_id, connection_id, size);
    free(map_put(&table->rows, row->connection_id, row));
}

static void forget(struct connection_table *table, const char *connection_id)
{
    struct known_row *row = map_remove(&table->rows, connection_id);

    if (row && row->touched_at)
        queue_remove(&table->touched, &row->link);
    free(row);
}

bool connection_table_knows(const struct connection_table *table, const char *connection_id)
{
    return map_find(&table->rows, connection_id) != NULL;
}

static void bind_string(sqlite3_stmt *statement, int position, const char *string)
{
    /* Valid until the statement was run; NULL becomes NULL. */
    sqlite3_bind_text(statement, position, string, -1, SQLITE_STATIC);
}

static void bind_end(sqlite3_stmt *statement, const struct connection_row *row)
{
    if (row->disconnected_at) {
        sqlite3_bind_int64(statement, 12, row->disconnected_at);
        sqlite3_bind_int(statement, 13, row->disconnect_status_code);
        bind_string(statement, 14, row->disconnect_reason);
        sqlite3_bind_int(statement, 15, 0);
    } else {
        for (int position = 12; position <= 15; position++)
            sqlite3_bind_null(statement, position);
    }
}

int connection_table_put(struct connection_table *table, const struct connection_row *row)
{
    sqlite3_stmt *put = table->put;
    int64_t seq       = table->next_seq;
    int result;

    sqlite3_bind_int64(put, 1, seq);
    bind_string(put, 2, row->connection_id);
    bind_string(put, 3, row->api_id);
    bind_string(put, 4, row->stage);
    sqlite3_bind_int64(put, 5, row->connected_at);
    sqlite3_bind_int64(put, 6, row->last_active_at);
    bind_string(put, 7, row->source_ip);
    bind_string(put, 8, row->user_agent);
    bind_string(put, 9, row->domain_name);
    bind_string(put, 10, row->deployment_id);
    bind_string(put, 11, row->authorizer);
    bind_end(put, row);
    bind_string(put, 16, row->identity);
    result = database_run(put);
    if (result < 0)
        return result;
    table->next_seq++;
    learn(table, row->connection_id, seq);
    return 0;
}

void connection_table_unput(struct connection_table *table, const char *connection_id)
{
    forget(table, connection_id);
}

void connection_table_touch(struct connection_table *table, const char *connection_id,
                            int64_t last_active_at)
{
    struct known_row *row = map_find(&table->rows, connection_id);

    if (!row)
        return;
    if (!row->touched_at)
        queue_push(&table->touched, &row->link);
    row->touched_at = last_active_at;
}

static struct known_row *next_touched(struct connection_table *table)
{
    return queue_entry(queue_pop(&table->touched), struct known_row, link);
}

int connection_table_flush_touches(struct connection_table *table)
{
    struct known_row *row;

    while ((row = next_touched(table))) {
        int result;

        sqlite3_bind_int64(table->touch, 1, row->seq);
        sqlite3_bind_int64(table->touch, 2, row->touched_at);
        row->touched_at = 0;
        result          = database_run(table->touch);
        if (result < 0)
            return result;
    }
    return 0;
}

void connection_table_drop_touches(struct connection_table *table)
{
    struct known_row *row;

    while ((row = next_touched(table)))
        row->touched_at = 0;
}

int connection_table_close(struct connection_table *table, const char *connection_id, int64_t at,
                           int code, const char *reason)
{
    struct known_row *row = map_find(&table->rows, connection_id);

    if (!row)
        return 0;
    sqlite3_bind_int64(table->close, 1, row->seq);
    sqlite3_bind_int64(table->close, 2, at);
    sqlite3_bind_int(table->close, 3, code);
    bind_string(table->close, 4, reason);
    return database_run(table->close);
}

int connection_table_deliver(struct connection_table *table, const char *connection_id)
{
    struct known_row *row = map_find(&table->rows, connection_id);

    if (!row)
        return 0;
    sqlite3_bind_int64(table->deliver, 1, row->seq);
    return database_run(table->deliver);
}

void connection_table_finish(struct connection_table *table, const char *connection_id)
{
    if (!connection_table_knows(table, connection_id))
        return;
    forget(table, connection_id);
    table->finished_count++;
}

int connection_table_prune(struct connection_table *table, int64_t keep, int64_t batch)
{
    int result;

    if (table->finished_count < keep + batch)
        return 0;
    sqlite3_bind_int64(table->prune, 1, batch);
    result = database_run(table->prune);
    if (result < 0)
        return result;
    table->finished_count -= sqlite3_changes(table->database);
    return 0;
}

static int close_the_open(struct connection_table *table, int64_t now)
{
    sqlite3_stmt *lose;
    int result = database_prepare(table->database, lose_sql, &lose);

    if (result < 0)
        return result;
    sqlite3_bind_int64(lose, 1, now);
    sqlite3_bind_int(lose, 2, CODE_LOST);
    result = database_run(lose);
    if (result < 0)
        database_log(table->database, "cannot close the connections of an earlier run");
    sqlite3_finalize(lose);
    return result;
}

static const char *column_string(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static struct connection_row read_row(sqlite3_stmt *statement)
{
    return (struct connection_row){
        .connection_id          = column_string(statement, 1),
        .api_id                 = column_string(statement, 2),
        .stage                  = column_string(statement, 3),
        .connected_at           = sqlite3_column_int64(statement, 4),
        .last_active_at         = sqlite3_column_int64(statement, 5),
        .source_ip              = column_string(statement, 6),
        .user_agent             = column_string(statement, 7),
        .domain_name            = column_string(statement, 8),
        .deployment_id          = column_string(statement, 9),
        .authorizer             = column_string(statement, 10),
        .disconnected_at        = sqlite3_column_int64(statement, 11),
        .disconnect_status_code = sqlite3_column_int(statement, 12),
        .disconnect_reason      = column_string(statement, 13),
        .identity               = column_string(statement, 14),
    };
}

/* 1 or 0, or a negative errno. Nothing has been written by then that finished_count doesn't know.
 */
static int has_unfinished(const struct connection_table *table)
{
    sqlite3_int64 count;
    int result =
        database_query_number(table->database, "SELECT count(*) FROM connections", 0, &count);

    return result < 0 ? result : count != table->finished_count;
}

/* To find a row that isn't finished takes a walk past all others. */
static int recover(struct connection_table *table, int64_t now,
                   void (*visit)(void *owner, const struct connection_row *row), void *owner)
{
    sqlite3_stmt *undelivered;
    int count  = 0;
    int result = has_unfinished(table);
    int step;

    if (result <= 0)
        return result;
    result = close_the_open(table, now);
    if (result < 0)
        return result;
    result = database_prepare(table->database, undelivered_sql, &undelivered);
    if (result < 0)
        return result;
    while ((step = sqlite3_step(undelivered)) == SQLITE_ROW) {
        struct connection_row row = read_row(undelivered);

        learn(table, row.connection_id, sqlite3_column_int64(undelivered, 0));
        visit(owner, &row);
        count++;
    }
    if (step != SQLITE_DONE)
        result = database_log(table->database, "cannot read the connections of an earlier run");
    sqlite3_finalize(undelivered);
    return result < 0 ? result : count;
}

int connection_table_recover(struct connection_table *table, int64_t now,
                             void (*visit)(void *owner, const struct connection_row *row),
                             void *owner)
{
    int result = recover(table, now, visit, owner);

    sqlite3_db_release_memory(table->database); /* the pages of the walks */
    return result;
}
