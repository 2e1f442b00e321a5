#include "cli/connect/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void everything_that_people_type_is_understood(void **state)
{
    static const struct {
        const char *word;
        const char *url;
        const char *host;
        const char *user; /* NULL: none */
    } cases[] = {
        {"ws://localhost:3001/dev",   "ws://localhost:3001/dev",                            "localhost",        NULL      },
        {"WSS://Example.com/a?b=c#d", "wss://Example.com/a?b=c",                            "Example.com",      NULL      },
        {"http://localhost:3001/dev", "ws://localhost:3001/dev",                            "localhost",        NULL      },
        {"https://example.com:443",   "wss://example.com/",                                 "example.com",      NULL      },
        {"wss://example.com:80/",     "wss://example.com:80/",                              "example.com",      NULL      },
        {"ws://h:80?x=1",             "ws://h/?x=1",                                        "h",                NULL      },
        {"ws://[::1]:3001/dev",       "ws://[::1]:3001/dev",                                "::1",              NULL      },
        {"ws://[::1]/dev",            "ws://[::1]/dev",                                     "::1",              NULL      },
        {"ws://ada:p%40ss@h:81/d",    "ws://h:81/d",                                        "h",                "ada:p@ss"},
        {"localhost:3002/dev",        "ws://localhost:3002/dev",                            "localhost",        NULL      },
        {"localhost/dev",             "ws://localhost/dev",                                 "localhost",        NULL      },
        {"127.0.0.1:9/x",             "ws://127.0.0.1:9/x",                                 "127.0.0.1",        NULL      },
        {"echo.example.com",          "ws://echo.example.com/",                             "echo.example.com", NULL      },
        {"dev",                       "wss://emulator:3003/base/dev",                       "emulator",         NULL      },
        {"chat/dev?nickname=a:b",     "wss://emulator:3003/base/chat/dev?nickname=a:b",     "emulator",
         NULL                                                                                                             },
        {"/dev",                      "wss://emulator:3003/base/dev",                       "emulator",         NULL      },
        {"?a=b",                      "wss://emulator:3003/base/?a=b",                      "emulator",         NULL      },
        {"dev?say=two words\xc3\xa9", "wss://emulator:3003/base/dev?say=two%20words%C3%A9",
         "emulator",                                                                                            NULL      },
        {"dev?to=http://x",           "wss://emulator:3003/base/dev?to=http://x",           "emulator",         NULL      },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error    = {0};
        SCOPED_TEXT url      = {0};
        struct target target = {0};

        if (!target_read(cases[i].word, "https://emulator:3003/base/", &target, &error))
            fail_msg("%s: %s", cases[i].word, text_string(&error));
        target_append_url(&target, &url);
        if (strcmp(text_string(&url), cases[i].url) != 0 || strcmp(target.host, cases[i].host) != 0)
            fail_msg("%s: %s, host %s", cases[i].word, text_string(&url), target.host);
        if (cases[i].user)
            assert_string_equal(target.user, cases[i].user);
        else
            assert_null(target.user);
        target_deinit(&target);
    }
}

static void what_is_no_url_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *word;
        const char *reason;
    } cases[] = {
        {"ftp://host/x",            "ftp:// is no scheme"},
        {"ws://",                   "lacks a host name"  },
        {"ws:///dev",               "lacks a host name"  },
        {"ws://a b/dev",            "lacks a host name"  },
        {"ws://h:0/dev",            "1 to 65535, not 0"  },
        {"ws://h:65536/dev",        "not 65536"          },
        {"ws://h:x/dev",            "not x"              },
        {"ws://h:123456789012345/", "1 to 65535"         },
        {"ws:h:80/dev",             "in brackets"        },
        {"::1",                     "in brackets"        },
        {"ws://[::1/dev",           "in brackets"        },
        {"ws://[::1]x/dev",         "in brackets"        },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error    = {0};
        struct target target = {0};

        if (target_read(cases[i].word, "http://localhost:3001", &target, &error))
            fail_msg("%s is taken for a URL", cases[i].word);
        if (!strstr(text_string(&error), cases[i].reason))
            fail_msg("%s: %s", cases[i].word, text_string(&error));
    }
}

static void an_endpoint_that_names_no_host_is_refused(void **state)
{
    SCOPED_TEXT error    = {0};
    struct target target = {0};

    assert_false(target_read("dev", "nonsense", &target, &error));
    assert_non_null(strstr(text_string(&error), "the endpoint must be a URL"));
}

static void a_url_has_a_bounded_size(void **state)
{
    SCOPED_TEXT word     = {0};
    SCOPED_TEXT error    = {0};
    struct target target = {0};

    text_append_string(&word, "ws://h/");
    while (word.size <= 8192)
        text_append_character(&word, 'x');
    assert_false(target_read(text_string(&word), "", &target, &error));
    assert_non_null(strstr(text_string(&error), "longer than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_people_type_is_understood),
        cmocka_unit_test(what_is_no_url_is_refused_with_the_reason),
        cmocka_unit_test(an_endpoint_that_names_no_host_is_refused),
        cmocka_unit_test(a_url_has_a_bounded_size),
    };

    return cmocka_run_group_tests_name("cli/connect/target", tests, NULL, NULL);
}
