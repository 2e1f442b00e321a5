#include "admin/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

static void host_and_origin_tell_who_asks(void **state)
{
    static const struct {
        const char *what;
        const char *host;
        const char *origin;
        enum origin_verdict expected;
    } cases[] = {
        {"a tool",                           "localhost:3001",                           NULL,                            ORIGIN_FINE        },
        {"a tool without port",              "localhost",                                NULL,                            ORIGIN_FINE        },
        {"capitals",                         "LocalHost:3001",                           NULL,                            ORIGIN_FINE        },
        {"IPv4",                             "127.0.0.1:3001",                           NULL,                            ORIGIN_FINE        },
        {"IPv6",                             "[::1]:3001",                               NULL,                            ORIGIN_FINE        },
        {"IPv6 without port",                "[::1]",                                    NULL,                            ORIGIN_FINE        },
        {"a name below localhost",           "abc.execute-api.us-east-1.localhost:3001", NULL,                            ORIGIN_FINE        },
        {"a rebound name",                   "evil.example:3001",                        NULL,                            ORIGIN_FOREIGN_HOST},
        {"another machine",                  "192.168.0.5:3001",                         NULL,                            ORIGIN_FOREIGN_HOST},
        {"every machine",                    "0.0.0.0:3001",                             NULL,                            ORIGIN_FOREIGN_HOST},
        {"a name that begins well",          "localhost.evil.example",                   NULL,                            ORIGIN_FOREIGN_HOST},
        {"an address that begins well",      "127.0.0.1.evil.example",                   NULL,                            ORIGIN_FOREIGN_HOST},
        {"a name that ends well",            "evillocalhost",                            NULL,                            ORIGIN_FOREIGN_HOST},
        {"nothing below localhost",          ".localhost",                               NULL,                            ORIGIN_FOREIGN_HOST},
        {"no port",                          "localhost:http",                           NULL,                            ORIGIN_FOREIGN_HOST},
        {"a user",                           "localhost:80@evil.example",                NULL,                            ORIGIN_FOREIGN_HOST},
        {"a path",                           "evil.example/.localhost",                  NULL,                            ORIGIN_FOREIGN_HOST},
        {"IPv6 that goes on",                "[::1].evil.example",                       NULL,                            ORIGIN_FOREIGN_HOST},
        {"other IPv6",                       "[::2]:3001",                               NULL,                            ORIGIN_FOREIGN_HOST},
        {"an empty host",                    "",                                         NULL,                            ORIGIN_FOREIGN_HOST},
        {"no host",                          NULL,                                       NULL,                            ORIGIN_FOREIGN_HOST},
        {"a page of ours",                   "localhost:3001",                           "http://localhost:3001",         ORIGIN_FINE        },
        {"a page on another port",           "localhost:3001",                           "http://localhost:8080",         ORIGIN_FINE        },
        {"a page over TLS",                  "localhost:3001",                           "https://app.localhost:5173",    ORIGIN_FINE        },
        {"a page by address",                "localhost:3001",                           "http://127.0.0.1:8080",         ORIGIN_FINE        },
        {"a page by IPv6",                   "localhost:3001",                           "HTTP://[::1]:8080",             ORIGIN_FINE        },
        {"a page from elsewhere",            "localhost:3001",                           "http://evil.example",           ORIGIN_CROSS_ORIGIN},
        {"a page that hides",                "localhost:3001",                           "null",                          ORIGIN_CROSS_ORIGIN},
        {"an empty origin",                  "localhost:3001",                           "",                              ORIGIN_CROSS_ORIGIN},
        {"another scheme",                   "localhost:3001",                           "file://localhost",              ORIGIN_CROSS_ORIGIN},
        {"no scheme",                        "localhost:3001",                           "localhost",                     ORIGIN_CROSS_ORIGIN},
        {"an origin that begins well",       "localhost:3001",                           "http://localhost.evil.example",
         ORIGIN_CROSS_ORIGIN                                                                                                                 },
        {"an origin with a path",            "localhost:3001",                           "http://localhost/x",            ORIGIN_CROSS_ORIGIN},
        {"a page that has rebound its name", "evil.example:3001",                        "http://evil.example:3001",
         ORIGIN_CROSS_ORIGIN                                                                                                                 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum origin_verdict verdict = origin_judge(cases[i].host, cases[i].origin, false);

        if (verdict != cases[i].expected)
            fail_msg("%s: %d", cases[i].what, (int)verdict);
    }
}

static void any_host_still_checks_the_origin(void **state)
{
    assert_int_equal(origin_judge("192.168.0.5:3001", NULL, true), ORIGIN_FINE);
    assert_int_equal(origin_judge("machine.example", NULL, true), ORIGIN_FINE);
    assert_int_equal(origin_judge(NULL, NULL, true), ORIGIN_FINE);
    assert_int_equal(origin_judge("192.168.0.5:3001", "http://localhost:8080", true), ORIGIN_FINE);
    assert_int_equal(origin_judge("192.168.0.5:3001", "http://evil.example", true),
                     ORIGIN_CROSS_ORIGIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_and_origin_tell_who_asks),
        cmocka_unit_test(any_host_still_checks_the_origin),
    };

    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
