#include "model/service_endpoint.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/name_values.h"
#include "model/service_uri.h"

#define STATES "arn:aws:apigateway:us-east-1:states:action/StartExecution"
#define NEWEST "arn:aws:apigateway:us-east-1:new-est:path/a"

/* Variables and the project's services, as "NAME=value". */
static void endpoints_come_from_the_nearest_place(void **state)
{
    static const struct {
        const char *what;
        const char *uri;
        const char *const variables[4];
        const char *const services[3];
        const char *expected;
    } cases[] = {
        {"nothing",                 STATES, {NULL},                                                             {NULL},                               NULL        },
        {"its own variable",
         STATES,                            {"AWS_ENDPOINT_URL=http://all", "AWS_ENDPOINT_URL_SFN=http://sfn"},
         {"states=http://project"},
         "http://sfn"                                                                                                                                             },
        {"by the name in the ARN",
         STATES,                            {"AWS_ENDPOINT_URL_STATES=http://s"},
         {NULL},
         "http://s"                                                                                                                                               },
        {"an empty one",
         STATES,                            {"AWS_ENDPOINT_URL_SFN=", "AWS_ENDPOINT_URL=http://all"},
         {NULL},
         "http://all"                                                                                                                                             },
        {"the project's",           STATES, {NULL},                                                             {"sqs=http://sqs", "SFN=http://sfn"}, "http://sfn"},
        {"another service's",       STATES, {"AWS_ENDPOINT_URL_SQS=http://sqs"},                                {"sns=http://x"},                     NULL        },
        {"one that isn't known",    NEWEST, {"AWS_ENDPOINT_URL_NEW_EST=http://n"},                              {NULL},                               "http://n"  },
        {"the same in the project", NEWEST, {NULL},                                                             {"new-est=http://n"},                 "http://n"  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct name_values variables = {0};
        struct name_values services  = {0};
        struct arena arena           = {0};
        SCOPED_TEXT problem          = {0};
        struct service_uri uri;
        const char *found;

        print_message("%s\n", cases[i].what);
        assert_true(service_uri_read(cases[i].uri, &arena, &uri, &problem));
        name_values_put_variables(&variables, cases[i].variables, NULL);
        name_values_put_variables(&services, cases[i].services, NULL);
        found = service_endpoint_find(&uri, &variables, &services);
        if (cases[i].expected) {
            assert_non_null(found);
            assert_string_equal(found, cases[i].expected);
        } else {
            assert_null(found);
        }
        name_values_deinit(&services);
        name_values_deinit(&variables);
        arena_deinit(&arena);
    }
}

static void the_variable_to_set_has_the_sdks_name(void **state)
{
    struct arena arena  = {0};
    SCOPED_TEXT problem = {0};
    SCOPED_TEXT name    = {0};
    struct service_uri uri;

    assert_true(service_uri_read(STATES, &arena, &uri, &problem));
    service_endpoint_write_variable(&uri, &name);
    assert_string_equal(text_string(&name), "AWS_ENDPOINT_URL_SFN");
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints_come_from_the_nearest_place),
        cmocka_unit_test(the_variable_to_set_has_the_sdks_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
