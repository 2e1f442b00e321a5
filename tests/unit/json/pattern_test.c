#include "json/pattern.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void all_of_the_text_must_match(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool matches;
    } cases[] = {
        {"4\\d{2}",       "404",                                      true },
        {"4\\d{2}",       "4040",                                     false},
        {"4\\d{2}",       "x404",                                     false},
        {"200|201",       "201",                                      true },
        {"a|ab",          "ab",                                       true },
        {".+",            "",                                         false},
        {".*",            "",                                         true },
        {".*not found.*", "it was not found here",                    true },
        {".*",            "two\nlines",                               false},
        {"(a+)+b",        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error       = {0};
        struct pattern *pattern = pattern_new(cases[i].pattern, strlen(cases[i].pattern), &error);

        print_message("%s, %s\n", cases[i].pattern, cases[i].text);
        assert_non_null(pattern);
        assert_int_equal(pattern_matches(pattern, cases[i].text, strlen(cases[i].text)),
                         cases[i].matches);
        pattern_free(pattern);
    }
}

static void malformed_ones_say_where(void **state)
{
    SCOPED_TEXT error = {0};

    assert_null(pattern_new("2(", 2, &error));
    assert_non_null(strstr(text_string(&error), "malformed regular expression at character 3: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_the_text_must_match),
        cmocka_unit_test(malformed_ones_say_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
