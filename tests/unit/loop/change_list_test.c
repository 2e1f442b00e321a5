#include "loop/change_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

/* What happened to the file "x" beside "a", in order, and what is left of it. */
static void a_file_is_named_once_unless_it_came_and_went(void **state)
{
    static const struct {
        const char *events; /* n: it is new, w: is written, g: has gone */
        const char *expected;
    } cases[] = {
        {"w",    "a x "},
        {"ww",   "a x "},
        {"n",    "a x "},
        {"nw",   "a x "},
        {"g",    "a x "},
        {"wg",   "a x "},
        {"ng",   "a "  },
        {"nwg",  "a "  },
        {"gn",   "a x "},
        {"gng",  "a x "},
        {"ngn",  "a x "},
        {"ngng", "a "  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct change_list list = {0};
        SCOPED_TEXT names       = {0};

        change_list_add(&list, "a", false);
        for (const char *event = cases[i].events; *event; event++) {
            if (*event == 'g')
                change_list_add_gone(&list, "x");
            else
                change_list_add(&list, "x", *event == 'n');
        }
        for (size_t at = 0; at < list.count; at++)
            text_append_format(&names, "%s ", list.paths[at]);
        assert_string_equal(text_string(&names), cases[i].expected);
        assert_false(list.is_everything);
        change_list_deinit(&list);
    }
}

static void more_than_the_list_holds_is_everything(void **state)
{
    struct change_list list = {0};

    for (int i = 0; i <= CHANGE_LIST_MAX; i++) {
        char name[16];

        assert_false(list.is_everything);
        snprintf(name, sizeof name, "%d", i);
        change_list_add(&list, name, false);
    }
    assert_true(list.is_everything);
    assert_int_equal(list.count, CHANGE_LIST_MAX);
    change_list_deinit(&list);
    assert_false(list.is_everything);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_named_once_unless_it_came_and_went),
        cmocka_unit_test(more_than_the_list_holds_is_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
