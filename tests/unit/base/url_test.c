#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

static void escapes_are_decoded(void **state)
{
    static const struct {
        const char *what;
        const char *data;
        bool plus_is_space;
        const char *expected;
    } cases[] = {
        {"nothing",                "",          false, ""         },
        {"no escapes",             "abc",       false, "abc"      },
        {"an at sign",             "%40x",      false, "@x"       },
        {"both cases of hex",      "%3d%3D",    false, "=="       },
        {"a slash",                "a%2Fb",     false, "a/b"      },
        {"an escaped percent",     "%2541",     false, "%41"      },
        {"UTF-8",                  "%C3%A9",    false, "\xc3\xa9" },
        {"a plus",                 "a+b",       false, "a+b"      },
        {"a plus for a space",     "a+b",       true,  "a b"      },
        {"an escaped plus",        "a%2Bb",     true,  "a+b"      },
        {"a NUL",                  "a%00b",     false, "a%00b"    },
        {"a percent at the end",   "a%",        false, "a%"       },
        {"half an escape",         "a%4",       false, "a%4"      },
        {"no hex digits",          "%zz%4g%g4", false, "%zz%4g%g4"},
        {"an escape in an escape", "%%41",      false, "%A"       },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char out[32];
        char in_place[32];
        size_t size = url_decode(cases[i].data, strlen(cases[i].data), cases[i].plus_is_space, out);

        if (size != strlen(cases[i].expected) || memcmp(out, cases[i].expected, size) != 0)
            fail_msg("%s: \"%.*s\"", cases[i].what, (int)size, out);
        strcpy(in_place, cases[i].data);
        assert_int_equal(url_decode(in_place, strlen(in_place), cases[i].plus_is_space, in_place),
                         size);
        assert_memory_equal(in_place, out, size);
    }
}

static void an_escape_at_the_border_does_not_look_beyond_it(void **state)
{
    char out[8];

    assert_int_equal(url_decode("%41", 2, false, out), 2);
    assert_memory_equal(out, "%4", 2);
    assert_int_equal(url_decode("%41x", 3, false, out), 1);
    assert_memory_equal(out, "A", 1);
}

static void a_query_is_split(void **state)
{
    static const struct {
        const char *what;
        const char *query;
        const char *expected;
    } cases[] = {
        {"none",             NULL,              ""               },
        {"empty",            "",                ""               },
        {"one",              "a=1",             "[a:1]"          },
        {"several in order", "b=2&a=1&b=3",     "[b:2][a:1][b:3]"},
        {"no value",         "a&b=",            "[a:][b:]"       },
        {"no name",          "=1",              "[:1]"           },
        {"empty pieces",     "&&a=1&&",         "[a:1]"          },
        {"equals signs",     "a=b=c",           "[a:b=c]"        },
        {"escapes",          "a%26b=%3D+x%20y", "[a&b:= x y]"    },
        {"an escaped name",  "%61=1",           "[a:1]"          },
        {"a question mark",  "a=?",             "[a:?]"          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        struct url_parameter *parameters;
        size_t count     = url_parse_query(&arena, cases[i].query, &parameters);
        SCOPED_TEXT seen = {0};

        for (size_t at = 0; at < count; at++)
            text_append_format(&seen, "[%s:%s]", parameters[at].name, parameters[at].value);
        if (!text_equals(&seen, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&seen));
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_decoded),
        cmocka_unit_test(an_escape_at_the_border_does_not_look_beyond_it),
        cmocka_unit_test(a_query_is_split),
    };

    return cmocka_run_group_tests_name("http/url", tests, NULL, NULL);
}
