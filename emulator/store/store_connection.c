#include "store/store_connection.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "store/store_state.h"

/*
 * The queue needs no bound of its own for puts, closes and deliveries: each connection has one of
 * each. Touches come again and again; behind a disk that hangs they are dropped, which costs
 * nothing but the freshness of last_active_at.
 */
#define TOUCH_BACKLOG_MAX 100000

/* A change to a row; the strings of row point behind it, into the same allocation. */
struct connection_write {
    struct write write;
    struct connection_row row;
    char strings[];
};

static struct connection_write *connection_write_of(struct write *write)
{
    return container_of(write, struct connection_write, write);
}

static void add_size(size_t *size, const char *string)
{
    if (string)
        *size += strlen(string) + 1;
}

static void copy_string(char **at, const char **string)
{
    size_t size;

    if (!*string)
        return;
    size    = strlen(*string) + 1;
    *string = memcpy(*at, *string, size);
    *at += size;
}

static struct connection_write *connection_write_new(const struct connection_row *row)
{
    struct connection_write *change;
    const char *strings[] = {row->connection_id,    row->api_id,     row->stage,
                             row->source_ip,        row->user_agent, row->domain_name,
                             row->deployment_id,    row->authorizer, row->identity,
                             row->disconnect_reason};
    size_t size           = 0;
    char *at;

    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        add_size(&size, strings[i]);
    change      = memory_new(sizeof *change + size);
    change->row = *row;
    at          = change->strings;
    copy_string(&at, &change->row.connection_id);
    copy_string(&at, &change->row.api_id);
    copy_string(&at, &change->row.stage);
    copy_string(&at, &change->row.source_ip);
    copy_string(&at, &change->row.user_agent);
    copy_string(&at, &change->row.domain_name);
    copy_string(&at, &change->row.deployment_id);
    copy_string(&at, &change->row.authorizer);
    copy_string(&at, &change->row.identity);
    copy_string(&at, &change->row.disconnect_reason);
    return change;
}

static int apply_put(struct write *write, struct store *store)
{
    return connection_table_put(&store->connections, &connection_write_of(write)->row);
}

static bool settle_put(struct write *write, struct store *store, int result)
{
    if (result < 0)
        connection_table_unput(&store->connections, connection_write_of(write)->row.connection_id);
    return false;
}

void store_connection_put(struct store *store, const struct connection_row *row,
                          struct store_waiter *waiter)
{
    struct connection_write *change = connection_write_new(row);

    change->write.apply  = apply_put;
    change->write.settle = settle_put;
    change->write.waiter = waiter;
    if (waiter)
        waiter->write = &change->write;
    writer_queue(&store->writer, &change->write);
}

static int apply_touch(struct write *write, struct store *store)
{
    const struct connection_row *row = &connection_write_of(write)->row;

    connection_table_touch(&store->connections, row->connection_id, row->last_active_at);
    return 0;
}

void store_connection_touch(struct store *store, const char *connection_id, int64_t last_active_at)
{
    struct connection_write *change;

    if (writer_backlog(&store->writer) >= TOUCH_BACKLOG_MAX)
        return;
    change              = connection_write_new(&(struct connection_row){
                     .connection_id  = connection_id,
                     .last_active_at = last_active_at,
    });
    change->write.apply = apply_touch;
    writer_queue(&store->writer, &change->write);
}

/*
 * Lost, it would let the next start deliver a $disconnect again, so it is tried again while its row
 * exists. A row whose put failed does not, so there are never more of these than rows.
 */
static bool is_to_be_tried_again(struct write *write, struct store *store, int result)
{
    return result < 0 && result != -EINVAL &&
           connection_table_knows(&store->connections,
                                  connection_write_of(write)->row.connection_id);
}

static int apply_close(struct write *write, struct store *store)
{
    const struct connection_row *row = &connection_write_of(write)->row;

    return connection_table_close(&store->connections, row->connection_id, row->disconnected_at,
                                  row->disconnect_status_code, row->disconnect_reason);
}

void store_connection_close(struct store *store, const char *connection_id, int64_t at, int code,
                            const char *reason)
{
    struct connection_write *change = connection_write_new(&(struct connection_row){
        .connection_id          = connection_id,
        .disconnected_at        = at,
        .disconnect_status_code = code,
        .disconnect_reason      = reason,
    });

    change->write.apply  = apply_close;
    change->write.settle = is_to_be_tried_again;
    writer_queue(&store->writer, &change->write);
}

static int apply_delivered(struct write *write, struct store *store)
{
    return connection_table_deliver(&store->connections,
                                    connection_write_of(write)->row.connection_id);
}

static bool settle_delivered(struct write *write, struct store *store, int result)
{
    if (result == 0)
        connection_table_finish(&store->connections, connection_write_of(write)->row.connection_id);
    return is_to_be_tried_again(write, store, result);
}

void store_connection_delivered(struct store *store, const char *connection_id)
{
    struct connection_write *change =
        connection_write_new(&(struct connection_row){.connection_id = connection_id});

    change->write.apply  = apply_delivered;
    change->write.settle = settle_delivered;
    writer_queue(&store->writer, &change->write);
}

int store_connection_recover(struct store *store, int64_t now,
                             void (*visit)(void *owner, const struct connection_row *row),
                             void *owner)
{
    int count;

    writer_pause(&store->writer);
    count = connection_table_recover(&store->connections, now, visit, owner);
    writer_resume(&store->writer);
    return count;
}
