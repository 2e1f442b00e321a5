#include "lambda/self_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

static const char *note(struct self_change *change, const char *first, const char *second,
                        bool has_run)
{
    const char *const files[] = {first, second};

    return self_change_note(change, files, 2, has_run);
}

static void a_file_that_changes_with_five_runs_in_a_row_is_told_once(void **state)
{
    struct self_change change = {0};

    for (int i = 0; i < 4; i++)
        assert_null(note(&change, i % 2 ? "log" : "other", i % 2 ? "other" : "log", true));
    assert_string_equal(note(&change, "log", "other", true), "other");
    for (int i = 0; i < 10; i++)
        assert_null(note(&change, "log", "other", true));
    self_change_deinit(&change);
}

static void a_change_by_somebody_else_begins_anew(void **state)
{
    static const struct {
        const char *file;
        bool has_run;
    } others[] = {
        {"app.js", true },
        {"log",    false}
    };

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        struct self_change change = {0};

        for (int times = 0; times < 4; times++)
            assert_null(note(&change, "log", "log", true));
        assert_null(note(&change, others[i].file, others[i].file, others[i].has_run));
        for (int times = 0; times < 4; times++)
            assert_null(note(&change, "log", "log", true));
        assert_string_equal(note(&change, "log", "log", true), "log");
        self_change_deinit(&change);
    }
}

static void changes_without_names_are_nobodys(void **state)
{
    struct self_change change = {0};

    for (int i = 0; i < 10; i++)
        assert_null(self_change_note(&change, NULL, 0, true));
    self_change_deinit(&change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_changes_with_five_runs_in_a_row_is_told_once),
        cmocka_unit_test(a_change_by_somebody_else_begins_anew),
        cmocka_unit_test(changes_without_names_are_nobodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
