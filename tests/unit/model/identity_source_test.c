#include "model/identity_source.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void sources_are_read_in_the_spelling_of_websocket_apis(void **state)
{
    static const struct {
        const char *source;
        int kind; /* -1: none */
        const char *name;
    } cases[] = {
        {"route.request.header.Authorization", IDENTITY_HEADER,         "Authorization"    },
        {"route.request.querystring.token",    IDENTITY_QUERY,          "token"            },
        {"stageVariables.color",               IDENTITY_STAGE_VARIABLE, "color"            },
        {"context.identity.sourceIp",          IDENTITY_CONTEXT,        "identity.sourceIp"},
        {"context.nothing",                    -1,                      NULL               },
        {"route.request.header.",              -1,                      NULL               },
        {"$request.header.Authorization",      -1,                      NULL               },
        {"method.request.querystring.token",   -1,                      NULL               },
        {"Authorization",                      -1,                      NULL               },
        {"",                                   -1,                      NULL               },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct identity_source source = {0};
        SCOPED_TEXT problem           = {0};
        bool is_one                   = identity_source_read(cases[i].source, &source, &problem);

        if (is_one != (cases[i].kind >= 0) || is_one == (problem.size > 0))
            fail_msg("%s: %s", cases[i].source, text_string(&problem));
        if (!is_one)
            continue;
        assert_int_equal(source.kind, cases[i].kind);
        assert_string_equal(source.name, cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_read_in_the_spelling_of_websocket_apis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
