#include "loop/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"

#define PATIENCE_MILLISECONDS 20000

struct scene {
    struct loop loop;
    struct alarms alarms;
    struct watch *watch;
    char folder[64];
    struct text seen; /* every path that was told, relative to folder, each between spaces */
    unsigned told;    /* times */
    bool was_everything;
    const char *awaited;
};

static bool is_ignored(void *owner, const char *path)
{
    return strstr(path, "/ignored") != NULL;
}

static void on_change(void *owner, const struct watch_changes *changes)
{
    struct scene *scene = owner;

    scene->told++;
    scene->was_everything |= changes->is_everything;
    assert_true(changes->began_at > 0);
    for (size_t i = 0; i < changes->count; i++) {
        assert_true(file_is_in(changes->paths[i], scene->folder));
        text_append_format(&scene->seen, " %s ", changes->paths[i] + strlen(scene->folder));
    }
}

static void make_folder(const struct scene *scene, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s%s", scene->folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
}

static void write_file(const struct scene *scene, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s%s", scene->folder, name);
    FILE *file               = fopen(path, "w");

    assert_non_null(file);
    fputs("x", file);
    fclose(file);
}

static void move(const struct scene *scene, const char *from, const char *to)
{
    SCOPED_MEMORY char *old = memory_format("%s%s", scene->folder, from);
    SCOPED_MEMORY char *new = memory_format("%s%s", scene->folder, to);

    assert_int_equal(rename(old, new), 0);
}

static void remove_folder(const struct scene *scene, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s%s", scene->folder, name);

    assert_int_equal(rmdir(path), 0);
}

static void watch_folders(struct scene *scene, const char *first, const char *second)
{
    SCOPED_MEMORY char *one     = memory_format("%s%s", scene->folder, first);
    SCOPED_MEMORY char *two     = memory_format("%s%s", scene->folder, second ? second : "");
    const char *const folders[] = {one, two};

    watch_set(scene->watch, folders, second ? 2 : 1);
}

static bool has_seen(void *context)
{
    struct scene *scene = context;

    return strstr(text_string(&scene->seen), scene->awaited) != NULL;
}

/* Waits until the file, " /name ", has been told, and forgets what was. */
static void expect(struct scene *scene, const char *name)
{
    scene->awaited = name;
    if (!loop_run_until(&scene->loop, has_seen, scene, PATIENCE_MILLISECONDS))
        fail_msg("nothing was told of%s, but%s", name, text_string(&scene->seen));
    text_clear(&scene->seen);
}

static int open_scene(void **state)
{
    struct scene *scene                  = NEW(struct scene);
    const struct watch_settings settings = {
        .loop       = &scene->loop,
        .alarms     = &scene->alarms,
        .is_ignored = is_ignored,
        .on_change  = on_change,
        .owner      = scene,
    };

    strcpy(scene->folder, "/tmp/watch_test.XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
    scene->watch = watch_new(&settings);
    assert_non_null(scene->watch);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene         = *state;
    SCOPED_MEMORY char *command = memory_format("rm -rf %s", scene->folder);

    watch_free(scene->watch);
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
    text_deinit(&scene->seen);
    assert_int_equal(system(command), 0);
    free(scene);
    return 0;
}

static void files_in_folders_that_are_there_and_in_new_ones_are_told(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/old");
    watch_folders(scene, "", NULL);
    assert_int_equal(watch_folder_count(scene->watch), 2);
    write_file(scene, "/a");
    expect(scene, " /a ");
    write_file(scene, "/old/b");
    expect(scene, " /old/b ");
    make_folder(scene, "/new");
    make_folder(scene, "/new/deep");
    expect(scene, " /new ");
    write_file(scene, "/new/deep/c");
    expect(scene, " /new/deep/c ");
}

static void a_folder_with_another_name_is_told_under_that(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/old");
    make_folder(scene, "/old/deep");
    watch_folders(scene, "", NULL);
    move(scene, "/old", "/new");
    expect(scene, " /new ");
    write_file(scene, "/new/deep/a");
    expect(scene, " /new/deep/a ");
    assert_int_equal(watch_folder_count(scene->watch), 3);
}

static void what_is_ignored_is_neither_told_nor_watched(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/ignored");
    watch_folders(scene, "", NULL);
    assert_int_equal(watch_folder_count(scene->watch), 1);
    write_file(scene, "/ignored.swp");
    make_folder(scene, "/ignored-too");
    write_file(scene, "/ignored/a");
    write_file(scene, "/b");
    scene->awaited = " /b ";
    assert_true(loop_run_until(&scene->loop, has_seen, scene, PATIENCE_MILLISECONDS));
    assert_string_equal(text_string(&scene->seen), " /b ");
}

static void changes_that_come_together_are_told_together_and_once(void **state)
{
    struct scene *scene = *state;

    watch_folders(scene, "", NULL);
    for (int i = 0; i < 10; i++)
        write_file(scene, "/same");
    write_file(scene, "/other");
    scene->awaited = " /other ";
    assert_true(loop_run_until(&scene->loop, has_seen, scene, PATIENCE_MILLISECONDS));
    assert_string_equal(text_string(&scene->seen), " /same  /other ");
    assert_int_equal(scene->told, 1);
}

static void a_file_that_comes_and_goes_at_once_is_not_told(void **state)
{
    struct scene *scene     = *state;
    SCOPED_MEMORY char *old = memory_format("%s/old", scene->folder);
    SCOPED_MEMORY char *new = memory_format("%s/new", scene->folder);

    write_file(scene, "/old");
    watch_folders(scene, "", NULL);
    write_file(scene, "/temporary");
    move(scene, "/temporary", "/target");
    write_file(scene, "/new");
    assert_int_equal(unlink(new), 0);
    assert_int_equal(unlink(old), 0);
    write_file(scene, "/last");
    scene->awaited = " /last ";
    assert_true(loop_run_until(&scene->loop, has_seen, scene, PATIENCE_MILLISECONDS));
    assert_null(strstr(text_string(&scene->seen), "/temporary"));
    assert_null(strstr(text_string(&scene->seen), "/new"));
    assert_non_null(strstr(text_string(&scene->seen), " /target "));
    assert_non_null(strstr(text_string(&scene->seen), " /old "));
}

static void more_than_can_be_named_is_everything(void **state)
{
    struct scene *scene = *state;

    watch_folders(scene, "", NULL);
    for (int i = 0; i < 200; i++) {
        SCOPED_MEMORY char *name = memory_format("/%d", i);

        write_file(scene, name);
    }
    expect(scene, " /0 ");
    assert_true(scene->was_everything);
}

static void a_folder_that_comes_later_is_told_and_watched(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/here");
    watch_folders(scene, "/here", "/later");
    make_folder(scene, "/later");
    expect(scene, " /later ");
    write_file(scene, "/later/a");
    expect(scene, " /later/a ");
    remove_folder(scene, "/here");
    expect(scene, " /here ");
    make_folder(scene, "/here");
    expect(scene, " /here ");
    write_file(scene, "/here/b");
    expect(scene, " /here/b ");
}

static void folders_that_are_not_wanted_any_more_are_left(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/one");
    make_folder(scene, "/one/below");
    make_folder(scene, "/two");
    watch_folders(scene, "/one", "/two");
    assert_int_equal(watch_folder_count(scene->watch), 3);
    watch_folders(scene, "/two", NULL);
    assert_int_equal(watch_folder_count(scene->watch), 1);
    write_file(scene, "/one/a");
    write_file(scene, "/two/b");
    scene->awaited = " /two/b ";
    assert_true(loop_run_until(&scene->loop, has_seen, scene, PATIENCE_MILLISECONDS));
    assert_string_equal(text_string(&scene->seen), " /two/b ");
}

/* More than the kernel keeps for us: names alternate, since it keeps one of events that are alike.
 */
static void overflow(const struct scene *scene)
{
    FILE *file    = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    unsigned most = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%u", &most), 1);
    fclose(file);
    for (unsigned i = 0; i <= most; i++)
        write_file(scene, i % 2 ? "/odd" : "/even");
}

static void lost_events_are_everything_and_new_folders_are_found(void **state)
{
    struct scene *scene = *state;

    watch_folders(scene, "", NULL);
    overflow(scene);
    make_folder(scene, "/new");
    expect(scene, " /odd ");
    assert_true(scene->was_everything);
    write_file(scene, "/new/a");
    expect(scene, " /new/a ");
}

/* Whichever others there are, it is among them: folders further up come first. */
static void no_more_folders_are_watched_than_there_may_be(void **state)
{
    struct scene *scene = *state;

    make_folder(scene, "/a");
    for (int i = 0; i < WATCH_FOLDERS_MAX; i++) {
        SCOPED_MEMORY char *name = memory_format("/a/%d", i);

        make_folder(scene, name);
    }
    make_folder(scene, "/b");
    watch_folders(scene, "", NULL);
    assert_int_equal(watch_folder_count(scene->watch), WATCH_FOLDERS_MAX);
    write_file(scene, "/a/file");
    write_file(scene, "/b/file");
    expect(scene, " /b/file ");
}

#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(files_in_folders_that_are_there_and_in_new_ones_are_told),
        SCENE_TEST(a_folder_with_another_name_is_told_under_that),
        SCENE_TEST(what_is_ignored_is_neither_told_nor_watched),
        SCENE_TEST(changes_that_come_together_are_told_together_and_once),
        SCENE_TEST(a_file_that_comes_and_goes_at_once_is_not_told),
        SCENE_TEST(more_than_can_be_named_is_everything),
        SCENE_TEST(a_folder_that_comes_later_is_told_and_watched),
        SCENE_TEST(folders_that_are_not_wanted_any_more_are_left),
        SCENE_TEST(lost_events_are_everything_and_new_folders_are_found),
        SCENE_TEST(no_more_folders_are_watched_than_there_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
