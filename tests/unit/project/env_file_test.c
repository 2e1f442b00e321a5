#include "project/env_file.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/name_values.h"
#include "project/problems.h"

/* The variables as NAME=<value> lines, then the problems as LINE: message lines. */
static void show(const char *data, size_t size, struct text *out)
{
    struct name_values values = {0};
    struct problems problems  = {0};

    env_file_parse(data, size, ".env", &values, &problems);
    for (size_t i = 0; i < values.count; i++)
        text_append_format(out, "%s=<%s>\n", values.items[i].name, values.items[i].value);
    for (size_t i = 0; i < problems.count; i++) {
        assert_string_equal(problems.items[i].file, ".env");
        text_append_format(out, "%u: %s%s\n", problems.items[i].line,
                           problems.items[i].is_warning ? "warning: " : "",
                           problems.items[i].message);
    }
    name_values_deinit(&values);
    problems_deinit(&problems);
}

static void env_file_parse_reads_what_dotenv_reads(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *file;
        const char *expected;
    } cases[] = {
        {"nothing", "", ""},
        {"a variable", "A=1\n", "A=<1>\n"},
        {"no line end at the end", "A=1", "A=<1>\n"},
        {"comments and empty lines", "\n# A=1\n  # B=2\n\t\nC=3", "C=<3>\n"},
        {"export", "export A=1\nexport\tB=2\nexported=3", "A=<1>\nB=<2>\nexported=<3>\n"},
        {"a variable called export", "export=1\nexport =2", "export=<2>\n"},
        {"no value", "A=\nB= \nC=''\nD= # none", "A=<>\nB=<>\nC=<>\nD=<>\n"},
        {"white space around both", "  A = a b \t\nB\t=\tc", "A=<a b>\nB=<c>\n"},
        {"Windows line ends", "A=1\r\nB=\"2\"\r\n\r\nC=3\r\n", "A=<1>\nB=<2>\nC=<3>\n"},
        {"a byte order mark", "\xef\xbb\xbf" "A=1", "A=<1>\n"},
        {"the last one counts", "A=1\nB=2\nA=3", "A=<3>\nB=<2>\n"},
        {"'=' in the value", "A=b=c==", "A=<b=c==>\n"},
        {"quotes within", "A=it's \"so\"", "A=<it's \"so\">\n"},
        {"a comment behind", "A=1 # one\nB='2'# two\nC=\"3 # 3\" # three", "A=<1>\nB=<2>\nC=<3 # 3>\n"},
        {"nothing substituted", "A=$B\nC=\"${D}\"\nE=`f`", "A=<$B>\nC=<${D}>\nE=<f>\n"},
        {"escapes in double quotes", "A=\"\\n\\r\\t\\\"\\\\\\$\\x\"", "A=<\n\r\t\"\\$\\x>\n"},
        {"none in others", "A='\\n\\\\.'\nB=`\\n`\nC=\\n", "A=<\\n\\\\.>\nB=<\\n>\nC=<\\n>\n"},
        {"but for the quote itself", "A='it\\'s'\nB=`a\\`b`", "A=<it's>\nB=<a`b>\n"},
        {"several lines", "A=\"1\n2\"\nB='3\n\n4'\nC=5", "A=<1\n2>\nB=<3\n\n4>\nC=<5>\n"},
        {"JSON in single quotes", "A='{\"a\": [1]}'", "A=<{\"a\": [1]}>\n"},
        {"UTF-8", "A=ä€\nB=\"ö\"", "A=<ä€>\nB=<ö>\n"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown         = {0};
        SCOPED_MEMORY char *exact = memory_new(strlen(cases[i].file) + 1);

        memcpy(exact, cases[i].file, strlen(cases[i].file)); /* the sanitizer sees its end */
        show(exact, strlen(cases[i].file), &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

#define NO_EQUALS ": there is no '=': write NAME=value, or # in front of a comment\n"
#define NO_NAME   " can't be the name of a variable: use letters, digits and _, and no digit first\n"

static void env_file_parse_reports_every_problem_with_its_line(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *file;
        const char *expected;
    } cases[] = {
        {"no '='", "A=1\nwhat\nB=2", "A=<1>\nB=<2>\n2" NO_EQUALS},
        {"an export without value", "export A", "1" NO_EQUALS},
        {"no name", "=1", "1: \"\"" NO_NAME},
        {"a digit first", "1A=1", "1: \"1A\"" NO_NAME},
        {"white space in the name", "A B=1", "1: \"A B\"" NO_NAME},
        {"other characters", "a.b=1\nc-d=2\nE=3", "E=<3>\n1: \"a.b\"" NO_NAME "2: \"c-d\"" NO_NAME},
        {"an open quote", "A=1\nB=\"2\nC=3\n", "A=<1>\nC=<3>\n2: B: there is no \" that ends the value\n"},
        {"an open single quote", "A='\\'", "1: A: there is no ' that ends the value\n"},
        {"something behind a quote", "A=\"1\n2\"3\nB=4", "B=<4>\n2: A: only a comment may come behind the closing \"\n"},
        {"a # in the value", "A=a#b", "A=<a>\n1: warning: A: a comment begins at the #; put the value in quotes if it is part of it\n"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown = {0};

        show(cases[i].file, strlen(cases[i].file), &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

static void env_file_parse_takes_only_text_of_bounded_size(void **state)
{
    SCOPED_MEMORY char *large = memory_new(ENV_FILE_SIZE_MAX + 1);
    SCOPED_TEXT shown         = {0};

    memset(large, '#', ENV_FILE_SIZE_MAX + 1);
    show(large, ENV_FILE_SIZE_MAX, &shown);
    assert_true(text_equals(&shown, ""));
    show(large, ENV_FILE_SIZE_MAX + 1, &shown);
    assert_true(text_equals(&shown, "0: this is no text of NAME=value lines\n"));
    text_clear(&shown);
    show("A=1\0\nB=2", 8, &shown);
    assert_true(text_equals(&shown, "0: this is no text of NAME=value lines\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(env_file_parse_reads_what_dotenv_reads),
        cmocka_unit_test(env_file_parse_reports_every_problem_with_its_line),
        cmocka_unit_test(env_file_parse_takes_only_text_of_bounded_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
