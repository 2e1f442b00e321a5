#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define WORDS_MAX 32

/* "NAME=value" pairs that the environment of a test consists of, ending in NULL. */
static const char *const *variables;

static char *find_variable(const char *name)
{
    static char value[64];

    for (const char *const *variable = variables; variable && *variable; variable++) {
        size_t size = strlen(name);

        if (strncmp(*variable, name, size) == 0 && (*variable)[size] == '=') {
            snprintf(value, sizeof value, "%s", *variable + size + 1);
            return value;
        }
    }
    return NULL;
}

/* Words are given as one string, with a space between two of them. */
static bool read_options(enum options_of subcommand, const char *line, struct options *options,
                         struct text *errors)
{
    static char storage[512];
    static char *words[WORDS_MAX];
    size_t count = 0;

    snprintf(storage, sizeof storage, "%s", line);
    memset(words, 0, sizeof words);
    for (char *word = strtok(storage, " "); word; word = strtok(NULL, " ")) {
        assert_true(count < WORDS_MAX - 1);
        words[count++] = strcmp(word, "EMPTY") == 0 ? word + 5 : word;
    }
    return options_read(subcommand, words, find_variable, options, errors);
}

static struct options read_fine(enum options_of subcommand, const char *line)
{
    SCOPED_TEXT errors = {0};
    struct options options;

    if (!read_options(subcommand, line, &options, &errors))
        fail_msg("%s: %s", line, text_string(&errors));
    return options;
}

static void everything_has_a_default(void **state)
{
    struct options options = read_fine(OPTIONS_OF_START, "");

    assert_string_equal(options.settings.project, ".");
    assert_string_equal(options.settings.host, "localhost");
    assert_null(options.settings.domain);
    assert_null(options.settings.data);
    assert_string_equal(options.settings.region, "us-east-1");
    assert_string_equal(options.settings.account, "000000000000");
    assert_null(options.settings.ready_file);
    assert_int_equal(options.settings.port, 3001);
    assert_false(options.settings.in_memory);
    assert_false(options.settings.relaxed);
    assert_false(options.settings.quiet);
    assert_int_equal(options.settings.idle_timeout_milliseconds, 600000);
    assert_int_equal(options.settings.max_duration_milliseconds, 7200000);
    assert_int_equal(options.settings.grace_milliseconds, 5000);
    assert_int_equal(options.settings.keep_warm_milliseconds, 300000);
    assert_int_equal(options.settings.processes_max, 0);
    assert_int_equal(options.log_level, LOG_INFO);
    assert_int_equal(options.log_format, LOG_TEXT);
    assert_null(options.command);
    assert_false(options.is_help_wanted);
}

static void every_option_becomes_a_setting(void **state)
{
    struct options options = read_fine(
        OPTIONS_OF_START, "chat --port 0 --host=127.0.0.1 --domain ws.example.com:443 --data d");

    assert_string_equal(options.settings.project, "chat");
    assert_int_equal(options.settings.port, 0);
    assert_string_equal(options.settings.host, "127.0.0.1");
    assert_string_equal(options.settings.domain, "ws.example.com:443");
    assert_string_equal(options.settings.data, "d");
    options =
        read_fine(OPTIONS_OF_START, "--in-memory --region eu-central-1 --account 123456789012");
    assert_true(options.settings.in_memory);
    assert_string_equal(options.settings.region, "eu-central-1");
    assert_string_equal(options.settings.account, "123456789012");
    options = read_fine(OPTIONS_OF_START, "--ready-file r --limits relaxed --quiet --grace 0 "
                                          "--keep-warm 1 --max-processes 7");
    assert_string_equal(options.settings.ready_file, "r");
    assert_true(options.settings.relaxed);
    assert_true(options.settings.quiet);
    assert_int_equal(options.settings.grace_milliseconds, 0);
    assert_int_equal(options.settings.keep_warm_milliseconds, 1000);
    assert_int_equal(options.settings.processes_max, 7);
    options = read_fine(OPTIONS_OF_START, "--idle-timeout 1 --max-duration 2 --log-level debug "
                                          "--log-format json");
    assert_int_equal(options.settings.idle_timeout_milliseconds, 1000);
    assert_int_equal(options.settings.max_duration_milliseconds, 2000);
    assert_int_equal(options.log_level, LOG_DEBUG);
    assert_int_equal(options.log_format, LOG_JSON);
}

static void a_sample_event_has_settings_of_its_own(void **state)
{
    struct options options =
        read_fine(OPTIONS_OF_EVENT, "message chat --api a --stage s --route r --connection c "
                                    "--domain d:1 -b @f --code 4999 --reason bye --compact");

    assert_string_equal(options.sample.kind, "message");
    assert_string_equal(options.settings.project, "chat");
    assert_string_equal(options.sample.api, "a");
    assert_string_equal(options.sample.stage, "s");
    assert_string_equal(options.sample.route, "r");
    assert_string_equal(options.sample.connection_id, "c");
    assert_string_equal(options.settings.domain, "d:1");
    assert_string_equal(options.body, "@f");
    assert_int_equal(options.sample.code, 4999);
    assert_string_equal(options.sample.reason, "bye");
    assert_true(options.is_compact);
    options = read_fine(OPTIONS_OF_EVENT, "connect -H A:1 -HB:2 --header C:3 -q d=4 --query e");
    assert_string_equal(options.settings.project, ".");
    assert_int_equal(options.headers.count, 3);
    assert_string_equal(options.headers.words[1], "B:2");
    assert_int_equal(options.queries.count, 2);
    assert_string_equal(options.queries.words[1], "e");
    assert_null(options.body);
    options_deinit(&options);
    options = read_fine(OPTIONS_OF_EVENT, "message --body EMPTY");
    assert_string_equal(options.body, "");
}

static void an_invocation_takes_a_function_and_an_event(void **state)
{
    struct options options = read_fine(
        OPTIONS_OF_INVOKE, "send chat -e - --data d --env-file f --region eu-west-1 --route r");

    assert_string_equal(options.function, "send");
    assert_string_equal(options.settings.project, "chat");
    assert_string_equal(options.event, "-");
    assert_string_equal(options.settings.data, "d");
    assert_string_equal(options.settings.env_file, "f");
    assert_string_equal(options.settings.region, "eu-west-1");
    assert_string_equal(options.sample.route, "r");
    assert_null(read_fine(OPTIONS_OF_INVOKE, "send").event);
}

static void a_new_project_is_for_node_unless_told_otherwise(void **state)
{
    struct options options = read_fine(OPTIONS_OF_INIT, "");

    assert_string_equal(options.folder, ".");
    assert_int_equal(options.runtime, 0);
    options = read_fine(OPTIONS_OF_INIT, "new --runtime custom");
    assert_string_equal(options.folder, "new");
    assert_int_equal(options.runtime, 3);
}

static void every_level_of_the_log_has_its_name(void **state)
{
    assert_int_equal(read_fine(OPTIONS_OF_START, "--log-level error").log_level, LOG_ERROR);
    assert_int_equal(read_fine(OPTIONS_OF_START, "--log-level warn").log_level, LOG_WARN);
    assert_int_equal(read_fine(OPTIONS_OF_START, "--log-level info").log_level, LOG_INFO);
    assert_int_equal(read_fine(OPTIONS_OF_START, "--log-level=debug").log_level, LOG_DEBUG);
    assert_int_equal(read_fine(OPTIONS_OF_START, "--log-format=text").log_format, LOG_TEXT);
}

static void times_may_be_fractions_of_seconds(void **state)
{
    static const struct {
        const char *word;
        int64_t milliseconds;
    } cases[] = {
        {"0.001",   1         },
        {"0.25",    250       },
        {".5",      500       },
        {"1.",      1000      },
        {"1.0019",  1001      },
        {"0.3",     300       },
        {"007",     7000      },
        {"1.001",   1001      },
        {"2592000", 2592000000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *line = memory_format("--idle-timeout %s", cases[i].word);

        assert_int_equal(read_fine(OPTIONS_OF_START, line).settings.idle_timeout_milliseconds,
                         cases[i].milliseconds);
    }
}

static void a_run_keeps_nothing_unless_told_so(void **state)
{
    assert_true(read_fine(OPTIONS_OF_RUN, "-- ls").settings.in_memory);
    assert_true(read_fine(OPTIONS_OF_RUN, "--in-memory -- ls").settings.in_memory);
    assert_true(read_fine(OPTIONS_OF_RUN, "--data d -- ls").settings.in_memory);
    assert_false(read_fine(OPTIONS_OF_RUN, "--in-memory=off -- ls").settings.in_memory);
}

static void what_follows_two_dashes_is_the_command(void **state)
{
    struct options options = read_fine(OPTIONS_OF_RUN, "chat --port 0 -- ls -h --port x --");

    assert_string_equal(options.settings.project, "chat");
    assert_string_equal(options.command[0], "ls");
    assert_string_equal(options.command[1], "-h");
    assert_string_equal(options.command[4], "--");
    assert_null(options.command[5]);
    assert_false(options.is_help_wanted);
}

static void the_environment_fills_what_the_words_leave_out(void **state)
{
    static const char *const given[] = {"POSTERN_PORT=4000",
                                        "POSTERN_IDLE_TIMEOUT=0.5",
                                        "POSTERN_IN_MEMORY=1",
                                        "POSTERN_QUIET=false",
                                        "POSTERN_LOG_LEVEL=",
                                        "POSTERN_LIMITS=relaxed",
                                        "POSTERN_HTTP=x",
                                        "PORT=5",
                                        NULL};
    struct options options;

    variables = given;
    options   = read_fine(OPTIONS_OF_START, "");
    assert_int_equal(options.settings.port, 4000);
    assert_int_equal(options.settings.idle_timeout_milliseconds, 500);
    assert_true(options.settings.in_memory);
    assert_false(options.settings.quiet);
    assert_int_equal(options.log_level, LOG_INFO);
    assert_true(options.settings.relaxed);
    options = read_fine(OPTIONS_OF_START, "--port 5000 --in-memory=off --limits aws");
    assert_int_equal(options.settings.port, 5000);
    assert_false(options.settings.in_memory);
    assert_false(options.settings.relaxed);
}

static void a_wrong_variable_is_named_unless_an_option_replaces_it(void **state)
{
    static const char *const given[] = {"POSTERN_MAX_PROCESSES=many", NULL};
    SCOPED_TEXT errors               = {0};
    struct options options;

    variables = given;
    assert_false(read_options(OPTIONS_OF_START, "", &options, &errors));
    assert_string_equal(text_string(&errors), "POSTERN_MAX_PROCESSES takes a whole number from 1 "
                                              "to 100000, not \"many\"\n");
    read_fine(OPTIONS_OF_START, "--max-processes 2");
    read_fine(OPTIONS_OF_CHECK, "");
}

static void a_run_needs_its_command(void **state)
{
    static const char *const lines[] = {"", "chat", "chat --"};

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        SCOPED_TEXT errors = {0};
        struct options options;

        assert_false(read_options(OPTIONS_OF_RUN, lines[i], &options, &errors));
        assert_string_equal(text_string(&errors), "lacks CMD: the command to run, for example "
                                                  "`postern run -- npm test`\n");
    }
}

/* clang-format off */
static void what_is_wrong_is_said_and_what_would_be_right(void **state)
{
    static const struct {
        const char *line;
        const char *errors;
    } cases[] = {
        {"--prot 3000", "unknown option --prot: did you mean --port?\n"},
        {"--prot=3000", "unknown option --prot: did you mean --port?\n"},
        {"--quite chat", "unknown option --quite: did you mean --quiet?\n"},
        {"--frobnicate", "unknown option --frobnicate\n"},
        {"-p", "unknown option -p\n"},
        {"-port 3000", "unknown option -port: did you mean --port?\n"},
        {"--port", "--port needs a value: a whole number from 0 to 65535\n"},
        {"--port --quiet", "--port needs a value: a whole number from 0 to 65535\n"},
        {"--port 65536", "--port takes a whole number from 0 to 65535, not \"65536\"\n"},
        {"--port -1", "--port takes a whole number from 0 to 65535, not \"-1\"\n"},
        {"--port 0x10", "--port takes a whole number from 0 to 65535, not \"0x10\"\n"},
        {"--port 80.0", "--port takes a whole number from 0 to 65535, not \"80.0\"\n"},
        {"--port 99999999999999999999",
         "--port takes a whole number from 0 to 65535, not \"99999999999999999999\"\n"},
        {"--port=", "--port takes a whole number from 0 to 65535, not \"\"\n"},
        {"--max-processes 0", "--max-processes takes a whole number from 1 to 100000, not \"0\"\n"},
        {"--idle-timeout 0",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"0\"\n"},
        {"--idle-timeout 0.0009",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"0.0009\"\n"},
        {"--idle-timeout 2592000.001",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"2592000.001\"\n"},
        {"--idle-timeout .",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \".\"\n"},
        {"--idle-timeout 1.2.3",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"1.2.3\"\n"},
        {"--idle-timeout 5s",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"5s\"\n"},
        {"--idle-timeout 1e3",
         "--idle-timeout takes a number of seconds from 0.001 to 2592000, not \"1e3\"\n"},
        {"--grace nan", "--grace takes a number of seconds from 0 to 2592000, not \"nan\"\n"},
        {"--account 12345678901", "--account takes 12 digits, not \"12345678901\"\n"},
        {"--account 1234567890123", "--account takes 12 digits, not \"1234567890123\"\n"},
        {"--account 12345678901x", "--account takes 12 digits, not \"12345678901x\"\n"},
        {"--region Frankfurt",
         "--region takes the name of a region, like eu-central-1, not \"Frankfurt\"\n"},
        {"--region eu-1", "--region takes the name of a region, like eu-central-1, not \"eu-1\"\n"},
        {"--region eu-central-",
         "--region takes the name of a region, like eu-central-1, not \"eu-central-\"\n"},
        {"--region eu--1",
         "--region takes the name of a region, like eu-central-1, not \"eu--1\"\n"},
        {"--domain http://localhost", "--domain takes a host and perhaps a port, like "
         "localhost:3001, not \"http://localhost\"\n"},
        {"--host EMPTY", "--host takes a host name or an address, not \"\"\n"},
        {"--ready-file", "--ready-file needs a value: a FILE\n"},
        {"--account EMPTY", "--account takes 12 digits, not \"\"\n"},
        {"--data EMPTY", "--data takes a DIR, not \"\"\n"},
        {"--data", "--data needs a value: a DIR\n"},
        {"--limits none", "--limits takes aws or relaxed, not \"none\"\n"},
        {"--log-level loud", "--log-level takes error, warn, info or debug, not \"loud\"\n"},
        {"--log-level inf", "--log-level takes error, warn, info or debug, not \"inf\"\n"},
        {"--log-format xml", "--log-format takes text or json, not \"xml\"\n"},
        {"--quiet=very", "--quiet takes on or off, not \"very\"\n"},
        {"one two", "\"two\" is too much: PROJECT is \"one\" already\n"},
        {"one -- two", "\"two\" is too much: PROJECT is \"one\" already\n"},
        {"--prot 1 --limits x one two", "unknown option --prot: did you mean --port?\n"
                                        "--limits takes aws or relaxed, not \"x\"\n"
                                        "\"two\" is too much: PROJECT is \"one\" already\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT errors = {0};
        struct options options;

        assert_false(read_options(OPTIONS_OF_START, cases[i].line, &options, &errors));
        if (strcmp(text_string(&errors), cases[i].errors) != 0)
            fail_msg("%s: %s", cases[i].line, text_string(&errors));
    }
}
/* clang-format on */

static void a_subcommand_takes_its_own_options_only(void **state)
{
    SCOPED_TEXT errors = {0};
    struct options options;

    assert_string_equal(read_fine(OPTIONS_OF_CHECK, "chat").settings.project, "chat");
    assert_false(read_options(OPTIONS_OF_CHECK, "--port=1", &options, &errors));
    assert_string_equal(text_string(&errors), "unknown option --port\n");
}

static void a_connection_is_named_by_its_id_alone(void **state)
{
    struct options options = read_fine(OPTIONS_OF_SEND, "uNLt5z3p2nICAAA= hello");
    SCOPED_TEXT errors     = {0};

    assert_string_equal(options.remote.connection_id, "uNLt5z3p2nICAAA=");
    assert_string_equal(options.remote.message, "hello");
    options = read_fine(OPTIONS_OF_GET, "--json -NLt5z3p2nICAAA= --endpoint localhost:1");
    assert_string_equal(options.remote.connection_id, "-NLt5z3p2nICAAA=");
    assert_string_equal(options.remote.endpoint, "localhost:1");
    assert_true(options.remote.json);
    assert_false(read_options(OPTIONS_OF_GET, "--endpoint=ftp://a", &options, &errors));
    assert_string_equal(text_string(&errors),
                        "--endpoint takes a URL like http://localhost:3001, not \"ftp://a\"\n"
                        "lacks CONNECTION_ID: one of those that `postern connections` lists\n");
}

static void regions_of_every_partition_are_taken(void **state)
{
    static const char *const regions[] = {"us-east-1",     "us-gov-west-1",  "cn-northwest-1",
                                          "us-iso-east-1", "ap-southeast-7", "us-isob-east-1"};

    for (size_t i = 0; i < ARRAY_SIZE(regions); i++) {
        SCOPED_MEMORY char *line = memory_format("--region=%s", regions[i]);

        read_fine(OPTIONS_OF_START, line);
    }
}

static void help_is_given_whatever_else_is_wrong(void **state)
{
    assert_true(read_fine(OPTIONS_OF_START, "--port x -h").is_help_wanted);
    assert_true(read_fine(OPTIONS_OF_CHECK, "--help").is_help_wanted);
}

static void help_lists_what_a_subcommand_takes(void **state)
{
    SCOPED_TEXT start         = {0};
    SCOPED_TEXT run           = {0};
    SCOPED_TEXT version       = {0};
    struct command_line lines = options_of(OPTIONS_OF_START);

    command_line_append_options(&lines, &start);
    lines = options_of(OPTIONS_OF_RUN);
    command_line_append_options(&lines, &run);
    lines = options_of(OPTIONS_OF_VERSION);
    command_line_append_options(&lines, &version);
    assert_non_null(strstr(text_string(&start), "(POSTERN_LOG_FORMAT is --log-format):\n"));
    assert_non_null(strstr(text_string(&start), "  --port N                          the one "
                                                "public port; 0 picks a free one [3001]\n"));
    assert_non_null(strstr(text_string(&start), "  --in-memory                       keep nothing "
                                                "in the database\n"));
    assert_non_null(strstr(text_string(&run), "--in-memory=off keeps it\n"));
    assert_string_equal(text_string(&version),
                        "Options:\n  -h, --help                        print this\n");
}

static int forget_variables(void **state)
{
    variables = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_a_default),
        cmocka_unit_test(every_option_becomes_a_setting),
        cmocka_unit_test(a_sample_event_has_settings_of_its_own),
        cmocka_unit_test(an_invocation_takes_a_function_and_an_event),
        cmocka_unit_test(a_new_project_is_for_node_unless_told_otherwise),
        cmocka_unit_test(every_level_of_the_log_has_its_name),
        cmocka_unit_test(times_may_be_fractions_of_seconds),
        cmocka_unit_test(a_run_keeps_nothing_unless_told_so),
        cmocka_unit_test(a_run_needs_its_command),
        cmocka_unit_test(what_follows_two_dashes_is_the_command),
        cmocka_unit_test_teardown(the_environment_fills_what_the_words_leave_out, forget_variables),
        cmocka_unit_test_teardown(a_wrong_variable_is_named_unless_an_option_replaces_it,
                                  forget_variables),
        cmocka_unit_test(what_is_wrong_is_said_and_what_would_be_right),
        cmocka_unit_test(a_subcommand_takes_its_own_options_only),
        cmocka_unit_test(a_connection_is_named_by_its_id_alone),
        cmocka_unit_test(regions_of_every_partition_are_taken),
        cmocka_unit_test(help_is_given_whatever_else_is_wrong),
        cmocka_unit_test(help_lists_what_a_subcommand_takes),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
