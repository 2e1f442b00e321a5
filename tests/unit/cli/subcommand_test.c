#include "cli/subcommand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static const char *const names[] = {"start", "run", "check", "version", "help"};

static void every_subcommand_is_found_by_its_name(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_string_equal(subcommand_find(names[i])->name, names[i]);
    assert_null(subcommand_find("star"));
    assert_null(subcommand_find("starts"));
    assert_null(subcommand_find(""));
}

static void the_help_names_every_subcommand(void **state)
{
    SCOPED_TEXT help = {0};

    subcommand_describe_all(&help);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        SCOPED_MEMORY char *usage = memory_format("\n  postern %s ", names[i]);

        assert_non_null(strstr(text_string(&help), usage));
    }
}

static void the_help_of_a_subcommand_fits_a_terminal(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        SCOPED_TEXT help = {0};
        const char *line;

        subcommand_describe(subcommand_find(names[i]), &help);
        line = text_string(&help);
        assert_int_equal(strncmp(line, "postern ", 8), 0);
        while (*line) {
            size_t size = strcspn(line, "\n");

            assert_in_range(size, 0, 110);
            line += size + 1;
        }
    }
}

static void only_a_subcommand_with_options_lists_them(void **state)
{
    SCOPED_TEXT start   = {0};
    SCOPED_TEXT version = {0};

    subcommand_describe(subcommand_find("start"), &start);
    subcommand_describe(subcommand_find("version"), &version);
    assert_non_null(strstr(text_string(&start), "\n  --port N "));
    assert_string_equal(text_string(&version), "postern version: print the version\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subcommand_is_found_by_its_name),
        cmocka_unit_test(the_help_names_every_subcommand),
        cmocka_unit_test(the_help_of_a_subcommand_fits_a_terminal),
        cmocka_unit_test(only_a_subcommand_with_options_lists_them),
    };

    return cmocka_run_group_tests_name("subcommand", tests, NULL, NULL);
}
