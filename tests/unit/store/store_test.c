#include "store_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/text.h"
#include "store/data_directory.h"

static void read_file(const char *path, struct text *contents)
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text_grow(contents, fread(text_reserve(contents, 100000), 1, 100000, file));
    fclose(file);
}

static void write_file(const char *path, const char *contents)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(contents, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A log line of the call, which goes to standard error. */
static struct store *open_and_hear(struct scene *scene, const char *folder, struct text *heard)
{
    int before = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    struct store *store;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    store = store_open(&scene->loop, folder);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    text_grow(heard, fread(text_reserve(heard, 10000), 1, 10000, file));
    fclose(file);
    return store;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *database;

    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void a_new_database_is_migrated_and_in_wal_mode(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_expect(scene, "PRAGMA user_version", "2");
    scene_expect(scene, "PRAGMA journal_mode", "wal");
}

static void opening_again_keeps_what_is_there(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_put(scene, "a");
    scene_close(scene);
    scene_open(scene);
    scene_expect(scene, "SELECT count(*), connection_id FROM connections", "1|a");
    scene_expect(scene, "PRAGMA user_version", "2");
}

/* One that a postern of version 1 has written: rows without an identity. */
static void an_older_database_is_migrated_with_its_rows(void **state)
{
    struct scene *scene      = *state;
    SCOPED_MEMORY char *path = scene_path(scene, "postern.db");

    scene_open(scene);
    scene_put(scene, "a");
    scene_close(scene);
    run_sql(path, "ALTER TABLE connections DROP COLUMN identity; PRAGMA user_version = 1");
    scene_open(scene);
    scene_expect(scene, "SELECT connection_id, identity FROM connections", "a|NULL");
    scene_expect(scene, "PRAGMA user_version", "2");
}

static void a_newer_database_is_refused_and_stays_as_it_is(void **state)
{
    struct scene *scene      = *state;
    SCOPED_MEMORY char *path = scene_path(scene, "postern.db");
    SCOPED_TEXT before       = {0};
    SCOPED_TEXT after        = {0};
    SCOPED_TEXT heard        = {0};

    scene_open(scene);
    scene_put(scene, "a");
    scene_close(scene);
    run_sql(path, "PRAGMA user_version = 99");
    read_file(path, &before);
    assert_null(open_and_hear(scene, scene->folder, &heard));
    read_file(path, &after);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    assert_non_null(strstr(text_string(&heard), "is of version 99, this postern knows 2: use a "
                                                "newer postern, or another --data folder"));
    run_sql(path, "PRAGMA user_version = 2");
    scene_open(scene);
    scene_expect(scene, "SELECT count(*) FROM connections", "1");
}

static void a_file_that_is_no_database_is_reported_and_left_alone(void **state)
{
    static const char rubbish[] = "This is my diary, and not a database at all. It goes on and on, "
                                  "and is longer than a header of SQLite, which has 100 bytes.\n";
    struct scene *scene         = *state;
    SCOPED_MEMORY char *path    = scene_path(scene, "postern.db");
    SCOPED_TEXT after           = {0};
    SCOPED_TEXT heard           = {0};

    write_file(path, rubbish);
    assert_null(open_and_hear(scene, scene->folder, &heard));
    read_file(path, &after);
    assert_string_equal(text_string(&after), rubbish);
    assert_non_null(strstr(text_string(&heard), path));
    assert_non_null(strstr(text_string(&heard), "is no database of postern"));
}

static void a_migration_that_fails_leaves_the_file_at_its_version(void **state)
{
    struct scene *scene      = *state;
    SCOPED_MEMORY char *path = scene_path(scene, "postern.db");
    SCOPED_TEXT heard        = {0};

    run_sql(path, "CREATE TABLE connections (mine TEXT)");
    assert_null(open_and_hear(scene, scene->folder, &heard));
    assert_non_null(strstr(text_string(&heard), "to version 1: table connections already exists"));
    scene_expect(scene, "PRAGMA user_version", "0");
    scene_expect(scene, "SELECT sql FROM sqlite_schema", "CREATE TABLE connections (mine TEXT)");
}

static void a_folder_that_is_missing_is_reported_with_its_reason(void **state)
{
    struct scene *scene      = *state;
    SCOPED_MEMORY char *path = scene_path(scene, "missing");
    SCOPED_TEXT heard        = {0};

    assert_null(open_and_hear(scene, path, &heard));
    assert_non_null(strstr(text_string(&heard), path));
    assert_non_null(strstr(text_string(&heard), "No such file or directory"));
}

static void a_data_directory_is_made_and_locked(void **state)
{
    struct scene *scene        = *state;
    SCOPED_MEMORY char *path   = scene_path(scene, "data");
    SCOPED_MEMORY char *lock   = scene_path(scene, "data/lock");
    SCOPED_MEMORY char *ignore = scene_path(scene, "data/.gitignore");
    SCOPED_TEXT pid            = {0};
    SCOPED_TEXT ignored        = {0};
    SCOPED_TEXT expected       = {0};
    int first                  = data_directory_open(path);

    assert_true(first >= 0);
    assert_int_equal(fcntl(first, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    read_file(ignore, &ignored);
    assert_string_equal(text_string(&ignored), "*\n");
    read_file(lock, &pid);
    text_append_format(&expected, "%d\n", (int)getpid());
    assert_string_equal(text_string(&pid), text_string(&expected));

    assert_int_equal(data_directory_open(path), -EWOULDBLOCK);
    close(first);
    first = data_directory_open(path);
    assert_true(first >= 0);
    close(first);

    unlink(ignore);
    unlink(lock);
    assert_int_equal(rmdir(path), 0);
}

static void a_gitignore_of_the_user_stays(void **state)
{
    struct scene *scene        = *state;
    SCOPED_MEMORY char *ignore = scene_path(scene, ".gitignore");
    SCOPED_TEXT after          = {0};
    int lock;

    write_file(ignore, "mine\n");
    lock = data_directory_open(scene->folder);
    assert_true(lock >= 0);
    close(lock);
    read_file(ignore, &after);
    assert_string_equal(text_string(&after), "mine\n");
}

static void a_data_directory_that_cannot_be_is_refused(void **state)
{
    struct scene *scene        = *state;
    SCOPED_MEMORY char *orphan = scene_path(scene, "missing/data");
    SCOPED_MEMORY char *no_dir = scene_path(scene, "lock");

    write_file(no_dir, "");
    assert_int_equal(data_directory_open(orphan), -ENOENT);
    assert_int_equal(data_directory_open(no_dir), -ENOTDIR);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scene_set_up, scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_new_database_is_migrated_and_in_wal_mode),
        TEST(an_older_database_is_migrated_with_its_rows),
        TEST(opening_again_keeps_what_is_there),
        TEST(a_newer_database_is_refused_and_stays_as_it_is),
        TEST(a_file_that_is_no_database_is_reported_and_left_alone),
        TEST(a_migration_that_fails_leaves_the_file_at_its_version),
        TEST(a_folder_that_is_missing_is_reported_with_its_reason),
        TEST(a_data_directory_is_made_and_locked),
        TEST(a_gitignore_of_the_user_stays),
        TEST(a_data_directory_that_cannot_be_is_refused),
    };

    return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
