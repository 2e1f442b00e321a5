#include "model/parameter_mapping.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

#define HEADER "integration.request.header.X-A"

static void pairs_name_a_place_and_a_source(void **state)
{
    static const struct {
        const char *destination;
        const char *source;
        enum parameter_place place;
        const char *name;
        enum parameter_source from;
        const char *value; /* NULL: it isn't a text */
    } cases[] = {
        {HEADER,                              "'one two'",                             PARAMETER_IN_HEADER,      "X-A", PARAMETER_STATIC,              "one two"},
        {HEADER,                              "''",                                    PARAMETER_IN_HEADER,      "X-A", PARAMETER_STATIC,              ""       },
        {HEADER,                              "'it''s'",                               PARAMETER_IN_HEADER,      "X-A", PARAMETER_STATIC,              "it''s"  },
        {"integration.request.querystring.q", "route.request.header.Auth",             PARAMETER_IN_QUERYSTRING,
         "q",                                                                                                           PARAMETER_FROM_HEADER,         "Auth"   },
        {"integration.request.path.id",       "route.request.querystring.id",          PARAMETER_IN_PATH,        "id",
         PARAMETER_FROM_QUERYSTRING,                                                                                                                   "id"     },
        {HEADER,                              "method.request.querystring.id",         PARAMETER_IN_HEADER,      "X-A",
         PARAMETER_FROM_QUERYSTRING,                                                                                                                   "id"     },
        {HEADER,                              "route.request.multivalueheader.A",      PARAMETER_IN_HEADER,      "X-A",
         PARAMETER_FROM_HEADERS,                                                                                                                       "A"      },
        {HEADER,                              "route.request.multivaluequerystring.a", PARAMETER_IN_HEADER,      "X-A",
         PARAMETER_FROM_QUERYSTRINGS,                                                                                                                  "a"      },
        {HEADER,                              "stageVariables.color",                  PARAMETER_IN_HEADER,      "X-A", PARAMETER_FROM_STAGE_VARIABLE,
         "color"                                                                                                                                                },
        {HEADER,                              "context.identity.sourceIp",             PARAMETER_IN_HEADER,      "X-A", PARAMETER_FROM_CONTEXT,
         NULL                                                                                                                                                   },
        {HEADER,                              "route.request.body",                    PARAMETER_IN_HEADER,      "X-A", PARAMETER_FROM_BODY,           NULL     },
        {HEADER,                              "route.request.body.a[0]['b c']",        PARAMETER_IN_HEADER,      "X-A",
         PARAMETER_FROM_BODY_BY_PATH,                                                                                                                  NULL     },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena  = {0};
        SCOPED_TEXT problem = {0};
        struct parameter_mapping mapping;

        print_message("%s\n", cases[i].source);
        assert_true(parameter_mapping_read(cases[i].destination, cases[i].source, &arena, &mapping,
                                           &problem));
        assert_int_equal(mapping.place, cases[i].place);
        assert_string_equal(mapping.name, cases[i].name);
        assert_int_equal(mapping.from, cases[i].from);
        if (cases[i].value)
            assert_string_equal(mapping.source, cases[i].value);
        arena_deinit(&arena);
    }
}

static void malformed_pairs_are_refused(void **state)
{
    static const struct {
        const char *destination;
        const char *source;
        const char *problem; /* a part of it */
    } cases[] = {
        {"integration.request.cookie.a",   "'x'",                         "destinations are"                        },
        {"integration.request.header.",    "'x'",                         "destinations are"                        },
        {"integration.request.header.a b", "'x'",                         "destinations are"                        },
        {HEADER,                           "plain",                       "sources are"                             },
        {HEADER,                           "'",                           "sources are"                             },
        {HEADER,                           "",                            "sources are"                             },
        {HEADER,                           "route.request.header.",       "sources are"                             },
        {HEADER,                           "route.request.cookie.a",      "sources are"                             },
        {HEADER,                           "context.nothing",             "there is no $context.nothing"            },
        {HEADER,                           "context.integration.latency", "there is no $context.integration.latency"},
        {HEADER,                           "route.request.body.[",        "\"route.request.body.[\": "              },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena  = {0};
        SCOPED_TEXT problem = {0};
        struct parameter_mapping mapping;

        print_message("%s <- %s\n", cases[i].destination, cases[i].source);
        assert_false(parameter_mapping_read(cases[i].destination, cases[i].source, &arena, &mapping,
                                            &problem));
        assert_non_null(strstr(text_string(&problem), cases[i].problem));
        arena_deinit(&arena);
    }
}

static void pairs_of_responses_name_a_header_and_a_source(void **state)
{
    static const struct {
        const char *destination;
        const char *source;
        const char *problem; /* a part of it; NULL: none */
    } cases[] = {
        {"method.response.header.X-A",      "'x'",                                NULL              },
        {"route.response.header.X-A",       "integration.response.header.X-B",    NULL              },
        {"method.response.header.X-A",      "integration.response.body.a",        NULL              },
        {"method.response.header.X-A",      "context.connectionId",               NULL              },
        {"method.response.querystring.X-A", "'x'",                                "destinations are"},
        {"integration.request.header.X-A",  "'x'",                                "destinations are"},
        {"method.response.header.X-A",      "integration.response.querystring.a", "sources are"     },
        {"method.response.header.X-A",      "route.request.header.a",             "sources are"     },
        {"method.response.header.X-A",      "context.nothing",                    "there is no"     },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena  = {0};
        SCOPED_TEXT problem = {0};
        struct parameter_mapping mapping;

        print_message("%s <- %s\n", cases[i].destination, cases[i].source);
        assert_int_equal(parameter_mapping_read_response(cases[i].destination, cases[i].source,
                                                         &arena, &mapping, &problem),
                         cases[i].problem == NULL);
        if (cases[i].problem)
            assert_non_null(strstr(text_string(&problem), cases[i].problem));
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_name_a_place_and_a_source),
        cmocka_unit_test(malformed_pairs_are_refused),
        cmocka_unit_test(pairs_of_responses_name_a_header_and_a_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
