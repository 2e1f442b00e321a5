#include "store_scene.h"

#include "store/connection_table.h"

struct fixture {
    sqlite3 *database;
    struct connection_table table;
};

static int set_up(void **state)
{
    struct fixture *fixture = NEW(struct fixture);

    assert_int_equal(database_open(":memory:", &fixture->database), 0);
    assert_int_equal(connection_table_init(&fixture->table, fixture->database), 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    connection_table_deinit(&fixture->table);
    database_close(fixture->database);
    free(fixture);
    return 0;
}

static int64_t number(struct fixture *fixture, const char *sql)
{
    sqlite3_int64 value;

    assert_int_equal(database_query_number(fixture->database, sql, -1, &value), 0);
    return value;
}

static void put(struct fixture *fixture, const char *connection_id)
{
    struct connection_row row = scene_row(connection_id);

    assert_int_equal(connection_table_put(&fixture->table, &row), 0);
}

static void finish(struct fixture *fixture, const char *connection_id)
{
    assert_int_equal(connection_table_close(&fixture->table, connection_id, 2000, 1000, ""), 0);
    assert_int_equal(connection_table_deliver(&fixture->table, connection_id), 0);
    connection_table_finish(&fixture->table, connection_id);
}

static void touches_of_a_batch_become_one_update_a_row(void **state)
{
    struct fixture *fixture = *state;
    int before;

    put(fixture, "a");
    put(fixture, "b");
    put(fixture, "c");
    before = sqlite3_total_changes(fixture->database);
    for (int64_t at = 5000; at <= 5009; at++) {
        connection_table_touch(&fixture->table, "a", at);
        connection_table_touch(&fixture->table, "b", at + 1000);
    }
    assert_int_equal(connection_table_flush_touches(&fixture->table), 0);
    assert_int_equal(sqlite3_total_changes(fixture->database) - before, 2);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections WHERE seq = 1"), 5009);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections WHERE seq = 2"), 6009);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections WHERE seq = 3"), 1001);

    assert_int_equal(connection_table_flush_touches(&fixture->table), 0);
    assert_int_equal(sqlite3_total_changes(fixture->database) - before, 2);
}

static void dropped_touches_are_not_written(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a");
    connection_table_touch(&fixture->table, "a", 5000);
    connection_table_drop_touches(&fixture->table);
    assert_int_equal(connection_table_flush_touches(&fixture->table), 0);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections"), 1001);
    connection_table_touch(&fixture->table, "a", 6000);
    assert_int_equal(connection_table_flush_touches(&fixture->table), 0);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections"), 6000);
}

static void a_row_that_is_forgotten_takes_its_touch_along(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a");
    connection_table_touch(&fixture->table, "a", 5000);
    connection_table_unput(&fixture->table, "a");
    assert_false(connection_table_knows(&fixture->table, "a"));
    assert_int_equal(connection_table_flush_touches(&fixture->table), 0);
    assert_int_equal(number(fixture, "SELECT last_active_at FROM connections"), 1001);
}

static void pruning_deletes_the_oldest_finished_rows_only(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "open");
    put(fixture, "undelivered");
    assert_int_equal(connection_table_close(&fixture->table, "undelivered", 2000, 1000, ""), 0);
    for (int i = 0; i < 9; i++) {
        char id[32];

        snprintf(id, sizeof id, "done-%d", i);
        put(fixture, id);
        finish(fixture, id);
    }

    assert_int_equal(connection_table_prune(&fixture->table, 5, 5), 0); /* 9 < 5 + 5 */
    assert_int_equal(number(fixture, "SELECT count(*) FROM connections"), 11);

    assert_int_equal(connection_table_prune(&fixture->table, 5, 4), 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM connections"), 7);
    assert_int_equal(fixture->table.finished_count, 5);
    assert_int_equal(number(fixture, "SELECT min(seq) FROM connections"
                                     " WHERE disconnect_delivered = 1"),
                     7);
    assert_int_equal(number(fixture, "SELECT count(*) FROM connections WHERE seq <= 2"), 2);

    assert_int_equal(connection_table_prune(&fixture->table, 5, 4), 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM connections"), 7);
}

static void finished_rows_are_counted_at_the_start(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, "a");
    put(fixture, "b");
    put(fixture, "c");
    finish(fixture, "a");
    finish(fixture, "c");
    connection_table_deinit(&fixture->table);
    assert_int_equal(connection_table_init(&fixture->table, fixture->database), 0);
    assert_int_equal(fixture->table.finished_count, 2);
    assert_int_equal(fixture->table.next_seq, 4);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(touches_of_a_batch_become_one_update_a_row),
        TEST(dropped_touches_are_not_written),
        TEST(a_row_that_is_forgotten_takes_its_touch_along),
        TEST(pruning_deletes_the_oldest_finished_rows_only),
        TEST(finished_rows_are_counted_at_the_start),
    };

    return cmocka_run_group_tests_name("store/connection_table", tests, NULL, NULL);
}
