#include "gateway/context.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "gateway/event.h"

/* clang-format off */
static const struct event event = {
    .facts = {.connection_id = "Wk3vZdT9liACExQ=",
              .api_id        = "a1b2c3d4e5",
              .stage         = "dev",
              .domain_name   = "ws.example.com",
              .source_ip     = "203.0.113.24",
              .user_agent    = "curl \"8\"",
              .authorizer    = "{\"color\":\"blue\",\"n\":\"5\",\"principalId\":\"me\"}",
              .credentials   = "{\"apiKey\":\"k-0\",\"apiKeyId\":\"id-0\"}",
              .connected_at  = 1731324924553},
    .stage_variables = "",
    .now             = 1731324924600,
    .request_id      = "Wk3vZF0QFiAFm3A=",
};
/* clang-format on */

/* The events that a row is for. */
#define C CONTEXT_OF_CONNECT
#define M CONTEXT_OF_MESSAGE
#define D CONTEXT_OF_DISCONNECT
#define T CONTEXT_FOR_TEMPLATES
#define L CONTEXT_FOR_LOGS

/* clang-format off */
static struct context make(enum context_event kind)
{
    return (struct context){
        .event                  = &event,
        .kind                   = kind,
        .route_key              = "join",
        .message_id             = "Wk3vZe-FliACExQ=",
        .disconnect_status_code = 1001,
        .disconnect_reason      = "Going away",
        .status                 = 502,
        .error_message          = "Internal server error",
        .error_response_type    = "INTEGRATION_FAILURE",
        .validation_error       = "[no]",
        .authenticate           = {.has_run = true, .status = 200, .latency_milliseconds = 1},
        .authorize   = {.has_run = true, .status = 403, .latency_milliseconds = 2, .error = "deny"},
        .authorizer  = {.has_run                          = true,
                        .status                           = 200,
                        .integration_status               = 200,
                        .latency_milliseconds             = 4,
                        .integration_latency_milliseconds = 3,
                        .request_id                       = "auth-id"},
        .integration = {.has_run              = true,
                        .status               = 500,
                        .integration_status   = 200,
                        .latency_milliseconds = 0,
                        .error                = "boom",
                        .request_id           = "lambda-id"},
    };
}
/* clang-format on */

static void every_variable_is_read_where_aws_has_it(void **state)
{
    /* clang-format off */
    static const struct {
        const char *path;
        unsigned uses;
        unsigned events;
        const char *expected;
    } cases[] = {
        {"routeKey",                        T | L, C | M | D, "join"                                          },
        {"messageId",                       T | L, M,         "Wk3vZe-FliACExQ="                              },
        {"extendedRequestId",               T | L, C | M | D, "Wk3vZF0QFiAFm3A="                              },
        {"requestId",                       T | L, C | M | D, "Wk3vZF0QFiAFm3A="                              },
        {"requestTime",                     T | L, C | M | D, "11/Nov/2024:11:35:24 +0000"                    },
        {"requestTimeEpoch",                T | L, C | M | D, "1731324924600"                                 },
        {"connectedAt",                     T | L, C | M | D, "1731324924553"                                 },
        {"messageDirection",                T | L, C | M | D, "IN"                                            },
        {"disconnectStatusCode",            T | L, D,         "1001"                                          },
        {"disconnectReason",                T | L, D,         "Going away"                                    },
        {"stage",                           T | L, C | M | D, "dev"                                           },
        {"domainName",                      T | L, C | M | D, "ws.example.com"                                },
        {"connectionId",                    T | L, C | M | D, "Wk3vZdT9liACExQ="                              },
        {"apiId",                           T | L, C | M | D, "a1b2c3d4e5"                                    },
        {"status",                          T | L, C | M | D, "502"                                           },
        {"identity.sourceIp",               T | L, C | M | D, "203.0.113.24"                                  },
        {"identity.userAgent",              T | L, C | M | D, "curl \"8\""                                    },
        {"identity.apiKey",                 T | L, C | M | D, "k-0"                                           },
        {"identity.apiKeyId",               T | L, C | M | D, "id-0"                                          },
        {"identity.caller",                 0,     0,         NULL                                            },
        {"identity.principalOrgId",         0,     0,         NULL                                            },
        {"error.messageString",             T | L, C | M | D, "\"Internal server error\""                     },
        {"error.validationErrorString",     T | L, C | M | D, "[no]"                                          },
        {"error.message",                   L,     C | M | D, "Internal server error"                         },
        {"error.responseType",              L,     C | M | D, "INTEGRATION_FAILURE"                           },
        {"authenticate.status",             L,     C,         "200"                                           },
        {"authenticate.latency",            L,     C,         "1"                                             },
        {"authenticate.error",              0,     0,         NULL                                            },
        {"authorize.status",                L,     C,         "403"                                           },
        {"authorize.latency",               L,     C,         "2"                                             },
        {"authorize.error",                 L,     C,         "deny"                                          },
        {"authorizer.status",               L,     C,         "200"                                           },
        {"authorizer.integrationStatus",    L,     C,         "200"                                           },
        {"authorizer.latency",              L,     C,         "4"                                             },
        {"authorizer.integrationLatency",   L,     C,         "3"                                             },
        {"authorizer.requestId",            L,     C,         "auth-id"                                       },
        {"authorizer.error",                0,     0,         NULL                                            },
        {"authorizer.principalId",          T | L, C | M | D, "me"                                            },
        {"authorizer.color",                T | L, C | M | D, "blue"                                          },
        {"authorizer.n",                    T | L, C | M | D, "5"                                             },
        {"authorizer.nothing",              0,     0,         NULL                                            },
        {"integration.status",              L,     C | M | D, "500"                                           },
        {"integration.integrationStatus",   L,     C | M | D, "200"                                           },
        {"integration.latency",             L,     C | M | D, "0"                                             },
        {"integrationLatency",              L,     C | M | D, "0"                                             },
        {"integration.error",               L,     C | M | D, "boom"                                          },
        {"integration.requestId",           L,     C | M | D, "lambda-id"                                     },
        {"waf.status",                      0,     0,         NULL                                            },
    };
    /* clang-format on */
    static const enum context_event events[] = {C, M, D};
    static const enum context_use uses[]     = {T, L};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t j = 0; j < ARRAY_SIZE(events) * ARRAY_SIZE(uses); j++) {
            enum context_event kind = events[j / 2];
            enum context_use use    = uses[j % 2];
            struct context context  = make(kind);
            SCOPED_TEXT out         = {0};
            bool is_expected        = (cases[i].events & kind) && (cases[i].uses & use);

            if (context_append_path(&context, cases[i].path, strlen(cases[i].path), use, &out) !=
                is_expected)
                fail_msg("%s in event %d for use %d", cases[i].path, kind, use);
            assert_string_equal(text_string(&out), is_expected ? cases[i].expected : "");
        }
}

static void the_event_type_is_said(void **state)
{
    static const struct {
        enum context_event kind;
        const char *expected;
    } cases[] = {
        {C, "CONNECT"   },
        {M, "MESSAGE"   },
        {D, "DISCONNECT"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct context context = make(cases[i].kind);
        SCOPED_TEXT out        = {0};

        assert_true(context_append_path(&context, "eventType", strlen("eventType"), T, &out));
        assert_string_equal(text_string(&out), cases[i].expected);
    }
}

static void what_is_no_variable_is_not_found(void **state)
{
    static const char *const paths[] = {
        "", "authorizer.", "authorizer", "identity", "stag", "stages", "identity.", "Stage", "waf",
    };
    struct context_reference reference;

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        assert_false(context_refer(paths[i], strlen(paths[i]), L, &reference));
    assert_false(context_refer("integration.status", strlen("integration.status"), T, &reference));
}

/* The authorizer's members have the names that AWS has taken for logs in templates. */
static void a_step_that_has_not_run_has_no_variables(void **state)
{
    struct context context = {.event = &event, .kind = C, .route_key = "$connect"};
    SCOPED_TEXT out        = {0};

    assert_false(context_append_path(&context, "integrationLatency", 18, L, &out));
    assert_false(context_append_path(&context, "authorizer.latency", 18, L, &out));
    assert_false(context_append_path(&context, "status", 6, L, &out));
    assert_false(context_append_path(&context, "error.messageString", 19, L, &out));
}

static void all_variables_of_templates_are_one_object(void **state)
{
    struct context context = make(M);
    SCOPED_TEXT out        = {0};

    context.error_message    = NULL;
    context.validation_error = NULL;
    context.status           = 0;
    context_write_json(&context, T, &out);
    assert_string_equal(
        text_string(&out),
        "{\"routeKey\":\"join\",\"messageId\":\"Wk3vZe-FliACExQ=\",\"eventType\":\"MESSAGE\","
        "\"extendedRequestId\":\"Wk3vZF0QFiAFm3A=\","
        "\"requestTime\":\"11/Nov/2024:11:35:24 +0000\",\"messageDirection\":\"IN\","
        "\"stage\":\"dev\",\"connectedAt\":\"1731324924553\","
        "\"requestTimeEpoch\":\"1731324924600\",\"requestId\":\"Wk3vZF0QFiAFm3A=\","
        "\"domainName\":\"ws.example.com\",\"connectionId\":\"Wk3vZdT9liACExQ=\","
        "\"apiId\":\"a1b2c3d4e5\",\"identity\":{\"apiKey\":\"k-0\",\"apiKeyId\":\"id-0\","
        "\"sourceIp\":\"203.0.113.24\",\"userAgent\":\"curl \\\"8\\\"\"},"
        "\"authorizer\":{\"color\":\"blue\",\"n\":\"5\",\"principalId\":\"me\"}}");
}

static void all_variables_of_logs_are_one_object(void **state)
{
    struct context context = make(C);
    SCOPED_TEXT out        = {0};

    context_write_json(&context, L, &out);
    assert_non_null(strstr(text_string(&out),
                           ",\"authorizer\":{\"integrationLatency\":\"3\","
                           "\"integrationStatus\":\"200\",\"latency\":\"4\","
                           "\"requestId\":\"auth-id\",\"status\":\"200\",\"color\":\"blue\","));
    assert_non_null(strstr(text_string(&out), "},\"integrationLatency\":\"0\"}"));
}

static void an_authorizer_without_members_is_left_out(void **state)
{
    struct event other     = event;
    struct context context = make(M);
    SCOPED_TEXT out        = {0};

    other.facts.authorizer = NULL;
    context.event          = &other;
    context_write_json(&context, T, &out);
    assert_null(strstr(text_string(&out), "authorizer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variable_is_read_where_aws_has_it),
        cmocka_unit_test(the_event_type_is_said),
        cmocka_unit_test(what_is_no_variable_is_not_found),
        cmocka_unit_test(a_step_that_has_not_run_has_no_variables),
        cmocka_unit_test(all_variables_of_templates_are_one_object),
        cmocka_unit_test(all_variables_of_logs_are_one_object),
        cmocka_unit_test(an_authorizer_without_members_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
