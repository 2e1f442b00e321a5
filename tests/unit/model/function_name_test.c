#include "model/function_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "model/arn.h"
#include "model/name_values.h"

#define PATH "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
#define ARN  "arn:aws:lambda:us-east-1:000000000000:function:"

static void a_uri_names_its_function(void **state)
{
    static const struct {
        const char *uri;
        const char *name; /* NULL: none */
    } cases[] = {
        {PATH ARN "chat/invocations",                                           "chat"                        },
        {PATH ARN "chat:prod/invocations",                                      "chat"                        },
        {ARN "chat",                                                            "chat"                        },
        {PATH ARN "chat-${stageVariables.color}/invocations",                   "chat-${stageVariables.color}"},
        {PATH ARN "${stageVariables.name}:${stageVariables.alias}/invocations",
         "${stageVariables.name}"                                                                             },
        {PATH "${stageVariables.arn}/invocations",                              "${stageVariables.arn}"       },
        {PATH "${stageVariables.arn}",                                          NULL                          },
        {"http://127.0.0.1:9000/functions/chat",                                NULL                          },
        {"arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",                NULL                          },
        {"",                                                                    NULL                          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size              = 0;
        const char *found        = arn_find_function(cases[i].uri, &size);
        SCOPED_MEMORY char *name = found ? memory_copy(found, size) : NULL;

        if (cases[i].name)
            assert_string_equal(name, cases[i].name);
        else
            assert_null(name);
    }
}

static void a_stage_tells_which_function_it_is(void **state)
{
    static const struct {
        const char *name;
        const char *resolved;
    } cases[] = {
        {"chat",                                          "chat"     },
        {"chat-${stageVariables.color}",                  "chat-blue"},
        {"${stageVariables.color}-${stageVariables.no}x", "blue-x"   },
        {"${stageVariables.no}",                          ""         },
        {"${stageVariables.alias}",                       "chat"     },
        {"${stageVariables.arn}",                         "chat"     },
        {"a${stageVariables.color",                       "ablue"    },
    };
    struct name_values variables = {0};

    name_values_put(&variables, "color", "blue");
    name_values_put(&variables, "alias", "chat:prod");
    name_values_put(&variables, "arn", ARN "chat:2");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *resolved = function_name_resolve(cases[i].name, &variables);

        assert_string_equal(resolved, cases[i].resolved);
    }
    assert_false(function_name_is_variable("chat"));
    assert_true(function_name_is_variable("chat-${stageVariables.color}"));
    name_values_deinit(&variables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uri_names_its_function),
        cmocka_unit_test(a_stage_tells_which_function_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
