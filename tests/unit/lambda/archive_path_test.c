#include "lambda/archive_path.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"

static void archive_path_read_keeps_inside(void **state)
{
    static const struct {
        const char *name;
        const char *path; /* NULL: refused */
    } cases[] = {
        {"app.js",        "app.js"    },
        {"lib/app.js",    "lib/app.js"},
        {"./lib//app.js", "lib/app.js"},
        {"lib/",          "lib"       },
        {"./",            ""          },
        {"",              ""          },
        {"a..b/..c",      "a..b/..c"  },
        {"a/./b",         "a/b"       },
        {"/etc/passwd",   NULL        },
        {"../app.js",     NULL        },
        {"lib/../app.js", NULL        },
        {"lib/..",        NULL        },
        {"..",            NULL        },
        {"a\\..\\b",      "a\\..\\b"  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        const char *path   = archive_path_read(&arena, cases[i].name);

        if (cases[i].path)
            assert_string_equal(path, cases[i].path);
        else
            assert_null(path);
        arena_deinit(&arena);
    }
}

static void archive_path_takes_links_that_stay_inside(void **state)
{
    static const struct {
        const char *path;
        const char *target;
        bool is_taken;
    } cases[] = {
        {"a",     "b",       true },
        {"a",     "b/c",     true },
        {"a",     "..",      false},
        {"a",     "../b",    false},
        {"d/a",   "../b",    true },
        {"d/a",   "../../b", false},
        {"d/e/a", "../../b", true },
        {"a",     "/etc",    false},
        {"a",     "",        false},
        {"d/a",   "b/../c",  false},
        {"a",     "./b",     true },
        {"d/a",   "./../b",  true },
        {"a",     "b/..",    false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(archive_path_takes_link(cases[i].path, cases[i].target),
                         cases[i].is_taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archive_path_read_keeps_inside),
        cmocka_unit_test(archive_path_takes_links_that_stay_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
