#pragma once

/* What tests of the store share: a folder of their own, a loop, and rows to write. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/loop.h"
#include "store/store_connection.h"

#define DEADLINE_MILLISECONDS 10000

struct scene {
    char folder[64];
    struct loop loop;
    struct store *store;
};

struct scene_waiter {
    struct store_waiter waiter;
    int count;
    int result;
};

static inline void on_scene_waiter(struct store_waiter *waiter, int result)
{
    struct scene_waiter *scene_waiter = container_of(waiter, struct scene_waiter, waiter);

    scene_waiter->count++;
    scene_waiter->result = result;
}

static inline struct scene_waiter scene_waiter_make(void)
{
    return (struct scene_waiter){.waiter = {.done = on_scene_waiter}};
}

static inline bool scene_waiter_is_done(void *waiter)
{
    return ((struct scene_waiter *)waiter)->count > 0;
}

static inline void scene_wait(struct scene *scene, struct scene_waiter *waiter)
{
    assert_true(loop_run_until(&scene->loop, scene_waiter_is_done, waiter, DEADLINE_MILLISECONDS));
    assert_int_equal(waiter->count, 1);
}

static inline int scene_set_up(void **state)
{
    struct scene *scene = NEW(struct scene);

    strcpy(scene->folder, "/tmp/postern-store-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(loop_init(&scene->loop), 0);
    *state = scene;
    return 0;
}

static inline char *scene_path(const struct scene *scene, const char *name)
{
    return memory_format("%s/%s", scene->folder, name);
}

static inline void scene_open(struct scene *scene)
{
    scene->store = store_open(&scene->loop, scene->folder);
    assert_non_null(scene->store);
}

static inline void scene_close(struct scene *scene)
{
    store_close(scene->store);
    scene->store = NULL;
}

static inline int scene_tear_down(void **state)
{
    static const char *const names[] = {"postern.db", "postern.db-wal", "postern.db-shm", "lock",
                                        ".gitignore"};
    struct scene *scene              = *state;

    scene_close(scene);
    loop_deinit(&scene->loop);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        SCOPED_MEMORY char *path = scene_path(scene, names[i]);

        unlink(path);
    }
    assert_int_equal(rmdir(scene->folder), 0);
    free(scene);
    return 0;
}

static inline struct connection_row scene_row(const char *connection_id)
{
    return (struct connection_row){
        .connection_id  = connection_id,
        .api_id         = "chat000001",
        .stage          = "dev",
        .connected_at   = 1000,
        .last_active_at = 1001,
        .source_ip      = "127.0.0.1",
        .user_agent     = "node/20",
        .domain_name    = "localhost:3001",
        .deployment_id  = "d1",
        .authorizer     = "{\"principalId\":\"me\"}",
        .identity       = "{\"apiKeyId\":\"id\"}",
    };
}

/* Writes a row and waits until it is on disk. */
static inline void scene_put(struct scene *scene, const char *connection_id)
{
    struct connection_row row  = scene_row(connection_id);
    struct scene_waiter waiter = scene_waiter_make();

    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_wait(scene, &waiter);
    assert_int_equal(waiter.result, 0);
}

/* What sqlite3 would print for a query on the file: the first row, columns between bars. */
static inline char *scene_query(const struct scene *scene, const char *sql)
{
    SCOPED_MEMORY char *path = scene_path(scene, "postern.db");
    char line[1024]          = "";
    size_t size              = 0;
    sqlite3_stmt *statement;
    sqlite3 *reader;

    assert_int_equal(sqlite3_open_v2(path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(reader, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    for (int column = 0; column < sqlite3_column_count(statement); column++) {
        const unsigned char *value = sqlite3_column_text(statement, column);

        size += (size_t)snprintf(line + size, sizeof line - size, "%s%s", column ? "|" : "",
                                 value ? (const char *)value : "NULL");
        assert_true(size < sizeof line);
    }
    sqlite3_finalize(statement);
    sqlite3_close(reader);
    return memory_copy_string(line);
}

static inline void scene_expect(const struct scene *scene, const char *sql, const char *expected)
{
    SCOPED_MEMORY char *found = scene_query(scene, sql);

    assert_string_equal(found, expected);
}
