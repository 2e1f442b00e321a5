#include "store/store.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/limits.h"
#include "store/store_state.h"

/* Finished rows deleted at a time: a few pages in one transaction. */
#define PRUNE_BATCH 1000

static int before_commit(struct store *store)
{
    return connection_table_flush_touches(&store->connections);
}

static void after_rollback(struct store *store)
{
    connection_table_drop_touches(&store->connections);
}

static int tidy(struct store *store)
{
    return connection_table_prune(&store->connections, CLOSED_CONNECTIONS_MAX, PRUNE_BATCH);
}

static const struct writer_hooks hooks = {
    .before_commit  = before_commit,
    .after_rollback = after_rollback,
    .tidy           = tidy,
};

static int open_all(struct store *store, struct loop *loop, const char *path)
{
    int result = database_open(path, &store->database);

    if (result < 0)
        return result;
    result = connection_table_init(&store->connections, store->database);
    if (result < 0)
        return result;
    return writer_start(&store->writer, loop, store->database, store, &hooks);
}

struct store *store_open(struct loop *loop, const char *directory)
{
    SCOPED_MEMORY char *path =
        directory ? memory_format("%s/postern.db", directory) : memory_copy_string(":memory:");
    struct store *store = NEW(struct store);

    if (open_all(store, loop, path) < 0) {
        store_close(store);
        return NULL;
    }
    return store;
}

size_t store_backlog(struct store *store)
{
    return writer_backlog(&store->writer);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    writer_stop(&store->writer);
    connection_table_deinit(&store->connections);
    database_close(store->database);
    free(store);
}
