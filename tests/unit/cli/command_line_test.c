#include "cli/command_line.h"

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
#include "cli/option.h"

/* A table of its own: what every kind of row does, whatever the real rows are. */

#define SEND  1
#define SERVE 2

#define WORDS_MAX 8

struct settings {
    struct word_list headers;
    const char *text;
    const char *name;
    const char *data;
    char **command;
    bool quiet;
    bool loud;
};

static bool is_header(const char *word)
{
    return strchr(word, ':') != NULL;
}

/* Whether it looks like "-id=". */
static bool is_name(const char *word)
{
    return word[0] != '\0' && word[strlen(word) - 1] == '=';
}

#define AT(member) .offset = offsetof(struct settings, member)

/* clang-format off */
static const struct option options[] = {
    {"header", 'H', "NAME:VALUE", KIND_LIST, SEND, AT(headers), .is_fine = is_header,
     .expected = "a name, a colon and a value", .help = "a header"},
    {"text", 'x', "TEXT", KIND_TEXT, SEND | SERVE, AT(text), .help = "what to send"},
    {"quiet", 'q', "", KIND_FLAG, SEND, AT(quiet), .help = "say less"},
    {"loud", 'l', "", KIND_FLAG, SEND, AT(loud), .help = "say more"},
    {.name = NULL},
};

static const struct operand operands[] = {
    {"ID", SEND, .is_needed = true, AT(name), .is_fine = is_name, .expected = "an id, like abc="},
    {"DATA", SEND, AT(data), .otherwise = "nothing", .expected = "what to send"},
    {"CMD", SERVE, .is_needed = true, .is_command = true, AT(command), .expected = "a command"},
    {.name = NULL},
};
/* clang-format on */

static const char *header_variable;

static char *find_variable(const char *name)
{
    static char value[64];

    if (!header_variable || strcmp(name, "POSTERN_HEADER") != 0)
        return NULL;
    snprintf(value, sizeof value, "%s", header_variable);
    return value;
}

/* The array of words ends in NULL. */
static bool read_words(unsigned subcommand, const char *const *words, struct settings *settings,
                       struct text *errors)
{
    static char *copies[WORDS_MAX]; /* the settings borrow the command from there */
    struct command_line line = {options, operands, subcommand};
    bool is_help_wanted;
    size_t count = 0;

    while (words[count])
        count++;
    assert_in_range(count, 0, WORDS_MAX - 1);
    memset(copies, 0, sizeof copies);
    memcpy(copies, words, count * sizeof *words);
    return command_line_read(&line, copies, find_variable, settings, &is_help_wanted, errors);
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static struct settings read_fine(const char *const *words)
{
    struct settings settings = {0};
    SCOPED_TEXT errors       = {0};

    if (!read_words(SEND, words, &settings, &errors))
        fail_msg("%s", text_string(&errors));
    return settings;
}

static void release(struct settings *settings)
{
    struct command_line line = {options, operands, 0};

    command_line_deinit(&line, settings);
    assert_int_equal(settings->headers.count, 0);
    assert_null(settings->headers.words);
}

static void letters_stand_for_names(void **state)
{
    struct settings settings = read_fine(WORDS("-x", "one", "a=", "-q"));

    assert_string_equal(settings.text, "one");
    assert_true(settings.quiet);
    assert_false(settings.loud);
    assert_string_equal(read_fine(WORDS("a=", "-xone=1")).text, "one=1");
    assert_string_equal(read_fine(WORDS("a=", "-x", "-1")).text, "-1");
    settings = read_fine(WORDS("a=", "-qlx", "two"));
    assert_true(settings.quiet && settings.loud);
    assert_string_equal(settings.text, "two");
    assert_string_equal(read_fine(WORDS("a=", "-lxthree")).text, "three");
}

static void a_list_grows_with_every_word(void **state)
{
    struct settings settings =
        read_fine(WORDS("-H", "a: 1", "--header=b: 2", "x=", "-Hc:3", "--header", "a: 1"));

    assert_int_equal(settings.headers.count, 4);
    assert_string_equal(settings.headers.words[0], "a: 1");
    assert_string_equal(settings.headers.words[1], "b: 2");
    assert_string_equal(settings.headers.words[2], "c:3");
    assert_string_equal(settings.headers.words[3], "a: 1");
    release(&settings);
}

static void the_variable_of_a_list_has_a_value_a_line(void **state)
{
    struct settings settings;

    header_variable = "a: 1\n\nb: 2\n";
    settings        = read_fine(WORDS("x="));
    assert_int_equal(settings.headers.count, 2);
    assert_string_equal(settings.headers.words[0], "a: 1");
    assert_string_equal(settings.headers.words[1], "b: 2");
    release(&settings);
    settings = read_fine(WORDS("x=", "-H", "c: 3"));
    assert_int_equal(settings.headers.count, 1);
    assert_string_equal(settings.headers.words[0], "c: 3");
    release(&settings);
}

static void operands_are_taken_in_the_order_of_their_rows(void **state)
{
    struct settings settings = read_fine(WORDS("a=", "-q", "some text"));

    assert_string_equal(settings.name, "a=");
    assert_string_equal(settings.data, "some text");
    assert_string_equal(read_fine(WORDS("a=")).data, "nothing");
    assert_string_equal(read_fine(WORDS("a=", "")).data, "");
    assert_string_equal(read_fine(WORDS("a=", "-")).data, "-");
    assert_string_equal(read_fine(WORDS("a=", "--", "-q")).data, "-q");
}

static void an_operand_may_begin_with_a_dash_if_it_looks_like_one(void **state)
{
    struct settings settings = read_fine(WORDS("-a=", "-q"));

    assert_string_equal(settings.name, "-a=");
    assert_true(settings.quiet);
}

static void a_command_is_all_that_follows_two_dashes(void **state)
{
    struct settings settings = {0};
    SCOPED_TEXT errors       = {0};

    assert_true(read_words(SERVE, WORDS("-x", "1", "--", "ls", "-x", "--"), &settings, &errors));
    assert_string_equal(settings.command[0], "ls");
    assert_string_equal(settings.command[2], "--");
    assert_null(settings.command[3]);
}

static void all_that_is_wrong_is_said_at_once(void **state)
{
    static const struct {
        unsigned subcommand;
        const char *words[WORDS_MAX];
        const char *errors;
    } cases[] = {
        {SEND,  {"-y"},                  "unknown option -y\nlacks ID: an id, like abc=\n"},
        {SEND,  {"a=", "-qy"},           "unknown option -qy\n"                           },
        {SEND,  {"a=", "-x"},            "-x needs a value: a TEXT\n"                     },
        {SEND,  {"a=", "-x", "--quiet"}, "-x needs a value: a TEXT\n"                     },
        {SEND,
         {"a=", "-H", "b", "-Hc"},
         "-H takes a name, a colon and a value, not \"b\"\n"
         "-H takes a name, a colon and a value, not \"c\"\n"                              },
        {SEND,  {"ab", "c"},             "ID is an id, like abc=, not \"ab\"\n"           },
        {SEND,
         {"a=", "b", "c", "d"},
         "\"c\" is too much: DATA is \"b\" already\n"
         "\"d\" is too much: DATA is \"b\" already\n"                                     },
        {SERVE,
         {"a"},
         "\"a\" is too much: only options are taken\n"
         "lacks CMD: a command\n"                                                         },
        {SERVE, {"-q", "--", "ls"},      "unknown option -q\n"                            },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct settings settings = {0};
        SCOPED_TEXT errors       = {0};

        assert_false(read_words(cases[i].subcommand, cases[i].words, &settings, &errors));
        assert_string_equal(text_string(&errors), cases[i].errors);
        release(&settings);
    }
}

static void a_wrong_line_of_a_variable_is_named(void **state)
{
    struct settings settings = {0};
    SCOPED_TEXT errors       = {0};

    header_variable = "a: 1\nb\n";
    assert_false(read_words(SEND, WORDS("x="), &settings, &errors));
    assert_string_equal(text_string(&errors),
                        "POSTERN_HEADER takes a name, a colon and a value, not \"b\"\n");
    release(&settings);
}

static void help_has_the_letters_and_the_operands(void **state)
{
    struct command_line line = {options, operands, SEND};
    SCOPED_TEXT usage        = {0};
    SCOPED_TEXT help         = {0};

    command_line_append_usage(&line, &usage);
    command_line_append_options(&line, &help);
    assert_string_equal(text_string(&usage), "ID [DATA] [options]");
    assert_non_null(strstr(text_string(&help), "(POSTERN_HEADER is --header)"));
    assert_non_null(strstr(text_string(&help),
                           "  -H, --header NAME:VALUE           a header; may be repeated\n"));
    assert_non_null(strstr(text_string(&help), "  -q, --quiet                       say less\n"));
    line.subcommand = SERVE;
    text_clear(&usage);
    command_line_append_usage(&line, &usage);
    assert_string_equal(text_string(&usage), "[options] -- CMD [ARG...]");
}

static int forget_variables(void **state)
{
    header_variable = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_stand_for_names),
        cmocka_unit_test(a_list_grows_with_every_word),
        cmocka_unit_test_teardown(the_variable_of_a_list_has_a_value_a_line, forget_variables),
        cmocka_unit_test(operands_are_taken_in_the_order_of_their_rows),
        cmocka_unit_test(an_operand_may_begin_with_a_dash_if_it_looks_like_one),
        cmocka_unit_test(a_command_is_all_that_follows_two_dashes),
        cmocka_unit_test(all_that_is_wrong_is_said_at_once),
        cmocka_unit_test_teardown(a_wrong_line_of_a_variable_is_named, forget_variables),
        cmocka_unit_test(help_has_the_letters_and_the_operands),
    };

    return cmocka_run_group_tests_name("command line", tests, NULL, NULL);
}
