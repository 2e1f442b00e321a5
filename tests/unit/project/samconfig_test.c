#include "project/samconfig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

/* The stack's name, then the parameters, with '|' between them. */
static void read_config(const char *toml, struct text *out)
{
    struct arena arena      = {0};
    struct samconfig config = {0};

    samconfig_parse(&arena, toml, strlen(toml), &config);
    text_append_string(out, config.stack_name ? config.stack_name : "-");
    for (size_t i = 0; i < config.parameter_count; i++)
        text_append_format(out, "|%s", config.parameters[i]);
    assert_true(!config.parameters || !config.parameters[config.parameter_count]);
    arena_deinit(&arena);
}

#define DEPLOY "[default.deploy.parameters]\n"

static void parameters_are_read_as_sam_has_them(void **state)
{
    static const struct {
        const char *what;
        const char *toml;
        const char *expected;
    } cases[] = {
        {"nothing",              "",                                                                         "-"    },
        {"one string",           DEPLOY "parameter_overrides = \"Stage=prod Name=chat\"\n",
         "-|Stage=prod|Name=chat"                                                                                   },
        {"quotes in it",
         DEPLOY "parameter_overrides = \"Stage=\\\"prod\\\" Name=\\\"my chat\\\"\"\n",
         "-|Stage=prod|Name=my chat"                                                                                },
        {"the other kind",       DEPLOY "parameter_overrides='Stage=\"prod\" A=b=c'\n",
         "-|Stage=prod|A=b=c"                                                                                       },
        {"a list",
         DEPLOY "parameter_overrides = [\n  \"Stage=prod\", # comment\n  'Name=my chat',\n]\n",
         "-|Stage=prod|Name=my chat"                                                                                },
        {"the long form",
         DEPLOY "parameter_overrides = \"ParameterKey=Stage,ParameterValue=prod A=b\"\n",
         "-|Stage=prod|A=b"                                                                                         },
        {"lines",                DEPLOY "parameter_overrides = \"\"\"\n  Stage=prod\n  Name=chat\n\"\"\"\n",
         "-|Stage=prod|Name=chat"                                                                                   },
        {"the stack",            "version = 0.1\n" DEPLOY "stack_name = \"chat-prod\"\nregion = \"x\"\n",
         "chat-prod"                                                                                                },
        {"global ones",          "[default.global.parameters]\nstack_name = \"chat\"\n",                     "chat" },
        {"those of others",
         "[prod.deploy.parameters]\nstack_name = \"p\"\n[default.build.parameters]\n"
         "parameter_overrides = \"A=b\"\n",                                                                  "-"    },
        {"a word without value", DEPLOY "parameter_overrides = \"Stage A=\"\n",                              "-|A=" },
        {"an open string",       DEPLOY "parameter_overrides = \"A=b",                                       "-|A=b"},
        {"an open list",         DEPLOY "parameter_overrides = [\"A=b\",",                                   "-|A=b"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        read_config(cases[i].toml, &out);
        if (!text_equals(&out, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&out));
    }
}

static void what_is_said_for_this_machine_wins(void **state)
{
    static const char toml[] = "[default.global.parameters]\nregion = \"eu-west-1\"\n"
                               "stack_name = \"chat\"\n" DEPLOY "region = 'eu-west-2'\n"
                               "parameter_overrides = \"A=deployed\"\n"
                               "[default.local_start_api.parameters]\nenv_vars = \"env.json\"\n"
                               "parameter_overrides = \"A=local\"\nport = 3005\n"
                               "[default.local_invoke.parameters]\nregion = \"x\"\n";
    struct arena arena       = {0};
    struct samconfig config  = {0};

    samconfig_parse(&arena, toml, strlen(toml), &config);
    assert_string_equal(config.region, "eu-west-2");
    assert_string_equal(config.stack_name, "chat");
    assert_string_equal(config.env_vars, "env.json");
    assert_string_equal(config.parameters[0], "A=local");
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read_as_sam_has_them),
        cmocka_unit_test(what_is_said_for_this_machine_wins),
    };

    return cmocka_run_group_tests_name("samconfig", tests, NULL, NULL);
}
