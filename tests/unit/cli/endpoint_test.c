#include "cli/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void what_is_typed_becomes_a_url(void **state)
{
    static const struct {
        const char *word;
        const char *endpoint; /* NULL: none */
    } cases[] = {
        {"http://localhost:3001",      "http://localhost:3001"     },
        {"http://localhost:3001///",   "http://localhost:3001"     },
        {"https://ws.example.com/dev", "https://ws.example.com/dev"},
        {"ws://localhost:3001/dev",    "http://localhost:3001/dev" },
        {"wss://localhost:3001/dev/",  "https://localhost:3001/dev"},
        {"localhost:3001",             "http://localhost:3001"     },
        {"[::1]:3001",                 "http://[::1]:3001"         },
        {"",                           NULL                        },
        {"/",                          NULL                        },
        {"http://",                    NULL                        },
        {"http:///dev",                NULL                        },
        {"ftp://localhost",            NULL                        },
        {"http://local host",          NULL                        },
        {"http://localhost/?a=b",      NULL                        },
        {"http://localhost/#a",        NULL                        },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *endpoint = endpoint_read(cases[i].word);

        assert_int_equal(is_endpoint(cases[i].word), cases[i].endpoint != NULL);
        if (cases[i].endpoint)
            assert_string_equal(endpoint, cases[i].endpoint);
        else
            assert_null(endpoint);
    }
}

static char *no_variable(const char *name)
{
    return NULL;
}

static char *some_variable(const char *name)
{
    static char value[] = "http://localhost:4000/";

    return strcmp(name, "POSTERN_HTTP") == 0 ? value : NULL;
}

static void the_option_wins_over_the_variable_and_that_over_the_default(void **state)
{
    SCOPED_MEMORY char *given     = endpoint_find("localhost:5000", some_variable);
    SCOPED_MEMORY char *variable  = endpoint_find(NULL, some_variable);
    SCOPED_MEMORY char *otherwise = endpoint_find(NULL, no_variable);

    assert_string_equal(given, "http://localhost:5000");
    assert_string_equal(variable, "http://localhost:4000");
    assert_string_equal(otherwise, "http://localhost:3001");
}

static void the_origin_is_what_comes_before_the_path(void **state)
{
    assert_int_equal(endpoint_origin_size("http://a:1/dev/x"), strlen("http://a:1"));
    assert_int_equal(endpoint_origin_size("https://a"), strlen("https://a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_becomes_a_url),
        cmocka_unit_test(the_option_wins_over_the_variable_and_that_over_the_default),
        cmocka_unit_test(the_origin_is_what_comes_before_the_path),
    };

    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
