#include "store_scene.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/text.h"
#include "store/store_state.h"

#define ID  "AbCdEfGhIjKlMnO="
#define ID2 "BbCdEfGhIjKlMnO="
#define ID3 "CbCdEfGhIjKlMnO="

#define DISCONNECT_COLUMNS                                                                         \
    "disconnected_at, disconnect_status_code, disconnect_reason, disconnect_delivered"

static void a_row_is_on_disk_when_its_waiter_is_called(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();

    scene_open(scene);
    store_connection_put(scene->store, &row, &waiter.waiter);
    assert_int_equal(waiter.count, 0);
    scene_wait(scene, &waiter);
    assert_int_equal(waiter.result, 0);
    scene_expect(scene,
                 "SELECT count(*), seq, connection_id, api_id, stage, connected_at, last_active_at,"
                 " source_ip, user_agent, domain_name, deployment_id, authorizer, identity,"
                 " " DISCONNECT_COLUMNS " FROM connections",
                 "1|1|" ID "|chat000001|dev|1000|1001|127.0.0.1|node/20|localhost:3001|d1|"
                 "{\"principalId\":\"me\"}|{\"apiKeyId\":\"id\"}|NULL|NULL|NULL|NULL");
}

static void a_row_may_lack_user_agent_and_authorizer(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();

    row.user_agent = NULL;
    row.authorizer = NULL;
    row.identity   = NULL;
    scene_open(scene);
    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_wait(scene, &waiter);
    scene_expect(scene, "SELECT user_agent, source_ip, authorizer, identity FROM connections",
                 "NULL|127.0.0.1|NULL|NULL");
}

static void a_row_lacking_what_it_must_have_fails_alone(void **state)
{
    struct scene *scene      = *state;
    struct connection_row ok = scene_row(ID);
    struct connection_row no = scene_row(ID2);
    struct scene_waiter good = scene_waiter_make();
    struct scene_waiter bad  = scene_waiter_make();

    no.stage = NULL;
    scene_open(scene);
    writer_pause(&scene->store->writer);
    store_connection_put(scene->store, &no, &bad.waiter);
    store_connection_put(scene->store, &ok, &good.waiter);
    writer_resume(&scene->store->writer);
    scene_wait(scene, &good);
    scene_wait(scene, &bad);
    assert_int_equal(good.result, 0);
    assert_int_equal(bad.result, -EINVAL);
    scene_expect(scene, "SELECT count(*), connection_id FROM connections", "1|" ID);
}

static void closing_and_delivering_are_recorded(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_put(scene, ID);
    store_connection_close(scene->store, ID, 2000, 4001, "bye");
    scene_put(scene, ID2); /* what was queued before it is then on disk */
    scene_expect(scene, "SELECT " DISCONNECT_COLUMNS " FROM connections WHERE seq = 1",
                 "2000|4001|bye|0");
    store_connection_delivered(scene->store, ID);
    scene_put(scene, ID3);
    scene_expect(scene, "SELECT " DISCONNECT_COLUMNS " FROM connections WHERE seq = 1",
                 "2000|4001|bye|1");
    scene_expect(scene, "SELECT count(*) FROM connections WHERE disconnected_at IS NULL", "2");
}

static void a_row_may_be_closed_when_it_is_put(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();

    row.disconnected_at        = 1500;
    row.disconnect_status_code = 1006;
    row.disconnect_reason      = "";
    scene_open(scene);
    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_wait(scene, &waiter);
    scene_expect(scene, "SELECT " DISCONNECT_COLUMNS " FROM connections", "1500|1006||0");
}

static void a_whole_life_may_be_one_batch(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();

    scene_open(scene);
    writer_pause(&scene->store->writer);
    store_connection_put(scene->store, &row, &waiter.waiter);
    store_connection_touch(scene->store, ID, 1500);
    store_connection_close(scene->store, ID, 2000, 1000, "");
    store_connection_touch(scene->store, ID, 1800);
    store_connection_delivered(scene->store, ID);
    writer_resume(&scene->store->writer);
    scene_wait(scene, &waiter);
    scene_expect(scene, "SELECT last_active_at, " DISCONNECT_COLUMNS " FROM connections",
                 "1800|2000|1000||1");
}

static void changes_of_unknown_connections_change_nothing(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_put(scene, ID);
    store_connection_touch(scene->store, ID2, 9000);
    store_connection_close(scene->store, ID2, 9000, 1000, "");
    store_connection_delivered(scene->store, ID2);
    scene_put(scene, ID3);
    scene_expect(scene,
                 "SELECT count(*), max(last_active_at) FROM connections"
                 " WHERE disconnected_at IS NULL",
                 "2|1001");
}

static void a_reader_sees_touches_while_the_store_is_open(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_put(scene, ID);
    for (int64_t at = 2000; at <= 2010; at++)
        store_connection_touch(scene->store, ID, at);
    scene_put(scene, ID2);
    scene_expect(scene, "SELECT last_active_at FROM connections WHERE seq = 1", "2010");
}

static void waiters_are_called_before_the_store_is_closed(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();

    scene_open(scene);
    store_connection_put(scene->store, &row, &waiter.waiter);
    store_connection_close(scene->store, ID, 2000, 1001, "Going away");
    scene_close(scene);
    assert_int_equal(waiter.count, 1);
    assert_int_equal(waiter.result, 0);
    scene_expect(scene, "SELECT disconnect_status_code FROM connections", "1001");
}

static void a_waiter_may_go_before_its_row_is_written(void **state)
{
    struct scene *scene         = *state;
    struct connection_row row   = scene_row(ID);
    struct scene_waiter *waiter = NEW(struct scene_waiter);

    *waiter = scene_waiter_make();
    scene_open(scene);
    store_connection_put(scene->store, &row, &waiter->waiter);
    store_waiter_cancel(&waiter->waiter);
    store_waiter_cancel(&waiter->waiter);
    free(waiter);
    scene_close(scene);
    scene_expect(scene, "SELECT count(*) FROM connections", "1");
}

struct queueing_waiter {
    struct store_waiter waiter;
    struct store *store;
};

static void queue_more(struct store_waiter *waiter, int result)
{
    struct queueing_waiter *queueing = container_of(waiter, struct queueing_waiter, waiter);

    store_connection_close(queueing->store, ID, 3000, 1006, "");
    store_connection_delivered(queueing->store, ID);
}

static void what_a_waiter_queues_while_the_store_closes_is_written(void **state)
{
    struct scene *scene           = *state;
    struct connection_row row     = scene_row(ID);
    struct queueing_waiter waiter = {.waiter = {.done = queue_more}};

    scene_open(scene);
    waiter.store = scene->store;
    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_close(scene);
    scene_expect(scene, "SELECT " DISCONNECT_COLUMNS " FROM connections", "3000|1006||1");
}

static void many_rows_queued_at_once_all_arrive(void **state)
{
    struct scene *scene        = *state;
    struct scene_waiter waiter = scene_waiter_make();
    const int count            = 2 * WRITER_BATCH_MAX + 7;

    scene_open(scene);
    writer_pause(&scene->store->writer);
    for (int i = 0; i < count; i++) {
        char id[32];
        struct connection_row row = scene_row(id);

        snprintf(id, sizeof id, "%015d=", i);
        store_connection_put(scene->store, &row, i == count - 1 ? &waiter.waiter : NULL);
    }
    writer_resume(&scene->store->writer);
    scene_wait(scene, &waiter);
    scene_expect(scene,
                 "SELECT count(*), count(DISTINCT connection_id), max(connection_id), max(seq)"
                 " FROM connections",
                 "2007|2007|000000000002006=|2007");
}

/* Puts rows in every state and ends as kill -9 would. */
static void live_and_die(struct scene *scene)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        if (loop_init(&scene->loop) < 0)
            _exit(1);
        scene->store = store_open(&scene->loop, scene->folder);
        if (!scene->store)
            _exit(2);
        scene_put(scene, "open");
        scene_put(scene, "undelivered");
        scene_put(scene, "finished");
        store_connection_close(scene->store, "undelivered", 2000, 4001, "bye");
        store_connection_close(scene->store, "finished", 2000, 1000, "");
        store_connection_delivered(scene->store, "finished");
        scene_put(scene, "last");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

struct visits {
    struct text seen;
    struct store *delivers_to; /* NULL: doesn't deliver */
};

static void note_visit(void *owner, const struct connection_row *row)
{
    struct visits *visits = owner;

    text_append_format(&visits->seen, "%s %lld %d \"%s\" %s %s %s %s;", row->connection_id,
                       (long long)row->disconnected_at, row->disconnect_status_code,
                       row->disconnect_reason, row->domain_name, row->deployment_id,
                       row->authorizer, row->identity);
    if (visits->delivers_to)
        store_connection_delivered(visits->delivers_to, row->connection_id);
}

static void what_a_killed_process_left_is_visited_until_it_is_delivered(void **state)
{
    static const char rest[] = "localhost:3001 d1 {\"principalId\":\"me\"} {\"apiKeyId\":\"id\"};";
    struct scene *scene      = *state;
    struct visits visits     = {0};
    SCOPED_TEXT expected     = {0};

    text_append_format(&expected, "open 7000 1006 \"\" %s", rest);
    text_append_format(&expected, "undelivered 2000 4001 \"bye\" %s", rest);
    text_append_format(&expected, "last 7000 1006 \"\" %s", rest);
    live_and_die(scene);

    scene_open(scene);
    assert_int_equal(store_connection_recover(scene->store, 7000, note_visit, &visits), 3);
    assert_string_equal(text_string(&visits.seen), text_string(&expected));
    scene_close(scene);

    /* Nobody delivered: they come again, with the time of the first finding. */
    text_clear(&visits.seen);
    scene_open(scene);
    visits.delivers_to = scene->store;
    assert_int_equal(store_connection_recover(scene->store, 8000, note_visit, &visits), 3);
    assert_string_equal(text_string(&visits.seen), text_string(&expected));
    scene_close(scene);
    scene_expect(scene, "SELECT count(*) FROM connections WHERE disconnect_delivered = 1", "4");

    text_clear(&visits.seen);
    scene_open(scene);
    assert_int_equal(store_connection_recover(scene->store, 9000, note_visit, &visits), 0);
    assert_string_equal(text_string(&visits.seen), "");
    text_deinit(&visits.seen);
}

static void new_rows_follow_those_of_an_earlier_process(void **state)
{
    struct scene *scene = *state;

    live_and_die(scene);
    scene_open(scene);
    scene_put(scene, ID);
    scene_expect(scene, "SELECT seq FROM connections WHERE connection_id = '" ID "'", "5");
}

static void make_full(struct scene *scene, bool full)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d", full ? 1 : 1000000);
    writer_pause(&scene->store->writer);
    assert_int_equal(sqlite3_exec(scene->store->database, sql, NULL, NULL, NULL), SQLITE_OK);
    writer_resume(&scene->store->writer);
}

/* A row that doesn't fit into what is left of the last page. */
static int put_big(struct scene *scene, const char *connection_id)
{
    struct connection_row row      = scene_row(connection_id);
    struct scene_waiter waiter     = scene_waiter_make();
    SCOPED_MEMORY char *authorizer = memory_new(20001);

    memset(authorizer, 'x', 20000);
    row.authorizer = authorizer;
    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_wait(scene, &waiter);
    return waiter.result;
}

static void a_full_disk_fails_the_waiter_and_the_writer_goes_on(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID3);
    struct scene_waiter waiter = scene_waiter_make();
    SCOPED_MEMORY char *big    = memory_new(20001);

    memset(big, 'x', 20000);
    row.authorizer = big;
    scene_open(scene);
    scene_put(scene, ID);
    make_full(scene, true);
    assert_int_equal(put_big(scene, ID2), -ENOSPC);

    /* The batch of a put that fails loses neither close nor delivery of another connection. */
    writer_pause(&scene->store->writer);
    store_connection_touch(scene->store, ID, 1800);
    store_connection_close(scene->store, ID, 2000, 1000, "");
    store_connection_delivered(scene->store, ID);
    store_connection_put(scene->store, &row, &waiter.waiter);
    store_connection_close(scene->store, ID3, 2000, 1000, "");
    writer_resume(&scene->store->writer);
    scene_wait(scene, &waiter);
    assert_int_equal(waiter.result, -ENOSPC);
    scene_expect(scene, "SELECT count(*), disconnected_at FROM connections", "1|NULL");

    make_full(scene, false);
    scene_put(scene, ID2);
    scene_expect(scene, "SELECT " DISCONNECT_COLUMNS " FROM connections WHERE seq = 1",
                 "2000|1000||1");
    scene_expect(scene, "SELECT count(*) FROM connections WHERE connection_id = '" ID3 "'", "0");
    assert_true(queue_is_empty(&scene->store->writer.again));
}

static void what_could_not_be_written_is_tried_once_more_at_the_end(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID2);
    struct scene_waiter waiter = scene_waiter_make();
    SCOPED_MEMORY char *big    = memory_new(20001);

    memset(big, 'x', 20000);
    row.authorizer = big;
    scene_open(scene);
    scene_put(scene, ID);
    make_full(scene, true);
    writer_pause(&scene->store->writer);
    store_connection_close(scene->store, ID, 2000, 1000, "");
    store_connection_put(scene->store, &row, &waiter.waiter);
    writer_resume(&scene->store->writer);
    scene_wait(scene, &waiter);
    assert_int_equal(waiter.result, -ENOSPC);
    make_full(scene, false);
    scene_close(scene);
    scene_expect(scene, "SELECT count(*), " DISCONNECT_COLUMNS " FROM connections",
                 "1|2000|1000||0");
}

static void in_memory_it_works_without_a_file(void **state)
{
    struct scene *scene        = *state;
    struct connection_row row  = scene_row(ID);
    struct scene_waiter waiter = scene_waiter_make();
    struct visits visits       = {0};
    SCOPED_MEMORY char *path   = scene_path(scene, "postern.db");

    scene->store = store_open(&scene->loop, NULL);
    assert_non_null(scene->store);
    assert_int_equal(store_connection_recover(scene->store, 7000, note_visit, &visits), 0);
    store_connection_put(scene->store, &row, &waiter.waiter);
    scene_wait(scene, &waiter);
    assert_int_equal(waiter.result, 0);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_set_up, scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_row_is_on_disk_when_its_waiter_is_called),
        TEST(a_row_may_lack_user_agent_and_authorizer),
        TEST(a_row_lacking_what_it_must_have_fails_alone),
        TEST(closing_and_delivering_are_recorded),
        TEST(a_row_may_be_closed_when_it_is_put),
        TEST(a_whole_life_may_be_one_batch),
        TEST(changes_of_unknown_connections_change_nothing),
        TEST(a_reader_sees_touches_while_the_store_is_open),
        TEST(a_waiter_may_go_before_its_row_is_written),
        TEST(waiters_are_called_before_the_store_is_closed),
        TEST(what_a_waiter_queues_while_the_store_closes_is_written),
        TEST(many_rows_queued_at_once_all_arrive),
        TEST(what_a_killed_process_left_is_visited_until_it_is_delivered),
        TEST(new_rows_follow_those_of_an_earlier_process),
        TEST(a_full_disk_fails_the_waiter_and_the_writer_goes_on),
        TEST(what_could_not_be_written_is_tried_once_more_at_the_end),
        TEST(in_memory_it_works_without_a_file),
    };

    return cmocka_run_group_tests_name("store/store_connection", tests, NULL, NULL);
}
