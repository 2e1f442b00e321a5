#include "cli/subcommand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static const char *const names[] = {"start", "run",         "check",   "init", "invoke",
                                    "event", "connections", "get",     "send", "disconnect",
                                    "reset", "completion",  "version", "help"};

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

static void the_help_of_a_subcommand_has_its_usage_an_example_and_its_options(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        SCOPED_TEXT help            = {0};
        SCOPED_MEMORY char *example = memory_format("\n  postern %s", names[i]);

        subcommand_describe(subcommand_find(names[i]), &help);
        assert_non_null(strstr(text_string(&help), "\nExample"));
        assert_non_null(strstr(text_string(&help), example));
        assert_non_null(strstr(text_string(&help), "\n  -h, --help  "));
    }
}

static void usage_is_made_of_the_operands(void **state)
{
    static const struct {
        const char *name;
        const char *begin;
    } cases[] = {
        {"start",       "postern start [PROJECT] [options]: "                   },
        {"run",         "postern run [PROJECT] [options] -- CMD [ARG...]: start"},
        {"check",       "postern check [PROJECT] [options]: "                   },
        {"init",        "postern init [DIR] [options]: "                        },
        {"invoke",      "postern invoke FUNCTION [PROJECT] [options]: "         },
        {"event",       "postern event KIND [PROJECT] [options]: "              },
        {"version",     "postern version: print"                                },
        {"help",        "postern help [COMMAND]: "                              },
        {"send",        "postern send CONNECTION_ID [DATA] [options]: "         },
        {"connections", "postern connections [options]: "                       },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT help = {0};

        subcommand_describe(subcommand_find(cases[i].name), &help);
        if (strncmp(text_string(&help), cases[i].begin, strlen(cases[i].begin)) != 0)
            fail_msg("%s: %s", cases[i].name, text_string(&help));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subcommand_is_found_by_its_name),
        cmocka_unit_test(the_help_names_every_subcommand),
        cmocka_unit_test(the_help_of_a_subcommand_fits_a_terminal),
        cmocka_unit_test(the_help_of_a_subcommand_has_its_usage_an_example_and_its_options),
        cmocka_unit_test(usage_is_made_of_the_operands),
    };

    return cmocka_run_group_tests_name("subcommand", tests, NULL, NULL);
}
