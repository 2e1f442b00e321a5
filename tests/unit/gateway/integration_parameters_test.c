#include "gateway/integration_parameters.h"

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
#include "gateway/context.h"
#include "gateway/event.h"
#include "http/request_head.h"
#include "model/name_values.h"
#include "model/parameter_mapping.h"
#include "model/selection_expression.h"

#define HEADER "integration.request.header.X-A"
#define QUERY  "integration.request.querystring.q"

static const struct event event = {
    .facts           = {.connection_id = "abc=", .stage = "dev", .source_ip = "1.2.3.4"},
    .stage_variables = "",
};

/* The values that a pair comes to, each with a line end. */
static void find(const char *destination, const char *source, const struct parameter_input *input,
                 struct text *found)
{
    struct arena arena             = {0};
    struct parameter_values values = {0};
    SCOPED_TEXT problem            = {0};
    struct parameter_mapping mapping;
    const struct parameter_list *list;

    assert_true((input->answer ? parameter_mapping_read_response : parameter_mapping_read)(
        destination, source, &arena, &mapping, &problem));
    integration_parameters_find(&mapping, 1, input, &arena, &values);
    list = mapping.place == PARAMETER_IN_HEADER ? &values.headers : &values.query;
    for (size_t i = 0; i < list->count; i++)
        text_append_format(found, "%s\n", list->items[i].value);
    arena_deinit(&arena);
}

/* AWS: the pairs of the reference, most of them observed on REST APIs. */
/* clang-format off */
static void pairs_have_the_values_that_aws_gives_them(void **state)
{
    static const char head[] = "GET /dev?q=1&q=2&r=a%20b HTTP/1.1\r\nHost: h\r\nAuth: t\r\nX: a\r\nX: b\r\n\r\n";
    static const struct {
        const char *destination;
        const char *source;
        const char *body;
        const char *expected; /* "": the pair is skipped */
    } cases[] = {
        {HEADER, "'static'",                                "",                                    "static\n"                                },
        {HEADER, "''",                                      "",                                    "\n"                                      },
        {HEADER, "'it contains spaces, commas'",            "",                                    "it contains spaces, commas\n"            },
        {HEADER, "context.connectionId",                    "",                                    "abc=\n"                                  },
        {HEADER, "context.identity.sourceIp",               "",                                    "1.2.3.4\n"                               },
        {HEADER, "context.identity.userAgent",              "",                                    ""                                        },
        {HEADER, "stageVariables.color",                    "",                                    "blue\n"                                  },
        {HEADER, "stageVariables.nope",                     "",                                    ""                                        },
        {HEADER, "route.request.header.Auth",               "",                                    "t\n"                                     },
        {HEADER, "route.request.header.auth",               "",                                    ""                                        },
        {HEADER, "route.request.header.X",                  "",                                    "b\n"                                     },
        {HEADER, "route.request.multivalueheader.X",        "",                                    "a,b\n"                                   },
        {HEADER, "route.request.querystring.q",             "",                                    "2\n"                                     },
        {HEADER, "route.request.querystring.r",             "",                                    "a b\n"                                   },
        {HEADER, "route.request.multivaluequerystring.q",   "",                                    "1,2\n"                                   },
        {QUERY,  "route.request.multivaluequerystring.q",   "",                                    "1\n2\n"                                  },
        {QUERY,  "route.request.multivaluequerystring.r",   "",                                    "a b\n"                                   },
        {HEADER, "route.request.body",                      "{\"a\":{\"b\":[{\"c\":\"x\"}]}}",     "{\"a\":{\"b\":[{\"c\":\"x\"}]}}\n"       },
        {HEADER, "route.request.body",                      "",                                    "{}\n"                                    },
        {HEADER, "route.request.body",                      "<plain>",                             "<plain>\n"                               },
        {HEADER, "route.request.body.a.b[0].c",             "{\"a\":{\"b\":[{\"c\":\"x\"}]}}",     "x\n"                                     },
        {HEADER, "route.request.body.a.z",                  "{\"a\":{}}",                          ""                                        },
        {HEADER, "route.request.body.a",                    "<plain>",                             ""                                        },
        {HEADER, "route.request.body.n",                    "{\"n\":5}",                           "5\n"                                     },
        {HEADER, "route.request.body.t",                    "{\"t\":true}",                        "true\n"                                  },
        {HEADER, "route.request.body.n",                    "{\"n\":null}",                        ""                                        },
        {HEADER, "route.request.body.o",                    "{\"o\":{\"a\":1}}",                   "{\"a\":1}\n"                             },
    };
    struct context context       = {.event = &event, .kind = CONTEXT_OF_CONNECT, .route_key = "$connect"};
    struct name_values variables = {0};
    struct request_head parsed;

    name_values_put(&variables, "color", "blue");
    assert_int_equal(request_head_parse(head, sizeof head - 1, &parsed), REQUEST_HEAD_COMPLETE);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct parameter_input input = {
            .context         = &context,
            .stage_variables = &variables,
            .head            = &parsed,
            .body            = cases[i].body,
            .body_size       = strlen(cases[i].body),
        };
        SCOPED_TEXT found = {0};

        print_message("%s\n", cases[i].source);
        find(cases[i].destination, cases[i].source, &input, &found);
        assert_string_equal(text_string(&found), cases[i].expected);
    }
    request_head_deinit(&parsed);
    name_values_deinit(&variables);
}
/* clang-format on */

/* An answer with two headers of one name. */
static const char *find_header(void *owner, const char *name, size_t index, size_t *size)
{
    static const char *const values[] = {"one", "two"};

    if (strcasecmp(name, "X-B") != 0 || index >= ARRAY_SIZE(values))
        return NULL;
    *size = strlen(values[index]);
    return values[index];
}

static void pairs_of_a_response_take_from_the_answer(void **state)
{
    static const char body[] = "{\"a\":{\"b\":7}}";
    static const struct {
        const char *source;
        const char *expected;
    } cases[] = {
        {"'text'",                                    "text\n"             },
        {"integration.response.header.X-B",           "two\n"              },
        {"integration.response.multivalueheader.X-B", "one,two\n"          },
        {"integration.response.header.X-None",        ""                   },
        {"integration.response.body.a.b",             "7\n"                },
        {"integration.response.body",                 "{\"a\":{\"b\":7}}\n"},
        {"context.stage",                             "dev\n"              },
    };
    const struct selection_answer answer = {200, find_header, NULL};
    struct context context               = {.event = &event, .kind = CONTEXT_OF_CONNECT};
    struct name_values none              = {0};
    const struct parameter_input input   = {
          .context         = &context,
          .stage_variables = &none,
          .answer          = &answer,
          .body            = body,
          .body_size       = sizeof body - 1,
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT found = {0};

        print_message("%s\n", cases[i].source);
        find("method.response.header.X-A", cases[i].source, &input, &found);
        assert_string_equal(text_string(&found), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_have_the_values_that_aws_gives_them),
        cmocka_unit_test(pairs_of_a_response_take_from_the_answer),
    };

    return cmocka_run_group_tests_name("gateway/integration_parameters", tests, NULL, NULL);
}
