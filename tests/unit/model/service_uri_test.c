#include "model/service_uri.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/aws_service.h"

#define NO_ARN       "Invalid ARN specified in the request"
#define NO_OPERATION "AWS ARN for integration must contain path or action"

static void uris_name_service_and_operation(void **state)
{
    static const struct {
        const char *uri;
        const char *service;
        const char *subdomain;
        bool is_action;
        const char *rest;
        const char *id;
    } cases[] = {
        {"arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",             "dynamodb",         "",    true,  "PutItem",
         "DYNAMODB"                                                                                                                             },
        {"arn:aws:apigateway:eu-west-1:sqs:path/000000000000/orders",        "sqs",              "",    false,
         "000000000000/orders",                                                                                               "SQS"             },
        {"arn:aws-cn:apigateway:cn-north-1:states:action/StartExecution",    "states",           "",    true,
         "StartExecution",                                                                                                    "SFN"             },
        {"arn:aws:apigateway:us-east-1:streams.dynamodb:action/ListStreams", "streams.dynamodb", "",
         true,                                                                                                 "ListStreams", "DYNAMODB_STREAMS"},
        {"arn:aws:apigateway:us-east-1:abc.iotdata:path/topics/a",           "iotdata",          "abc", false,
         "topics/a",                                                                                                          "IOT_DATA_PLANE"  },
        {"arn:aws:apigateway:us-east-1:s3:action/GetObject&Bucket=b",        "s3",               "",    true,
         "GetObject&Bucket=b",                                                                                                "S3"              },
        {"arn:aws:apigateway:us-east-1:sns:path//",                          "sns",              "",    false, "/",           "SNS"             },
        {"arn:aws:apigateway:us-east-1:sqs.:path/a",                         "sqs.",             "",    false, "a",           NULL              },
        {"arn:aws:apigateway:us-east-1:newest:path/a:b",                     "newest",           "",    false, "a:b",         NULL              },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena  = {0};
        SCOPED_TEXT problem = {0};
        struct service_uri uri;

        print_message("%s\n", cases[i].uri);
        assert_true(service_uri_read(cases[i].uri, &arena, &uri, &problem));
        assert_string_equal(uri.service_name, cases[i].service);
        assert_string_equal(uri.subdomain, cases[i].subdomain);
        assert_int_equal(uri.is_action, cases[i].is_action);
        assert_string_equal(uri.rest, cases[i].rest);
        if (cases[i].id)
            assert_string_equal(uri.service->id, cases[i].id);
        else
            assert_null(uri.service);
        arena_deinit(&arena);
    }
}

static void malformed_uris_get_the_words_of_aws(void **state)
{
    static const struct {
        const char *uri;
        const char *problem;
    } cases[] = {
        {"",                                         NO_ARN      },
        {"http://127.0.0.1/",                        NO_ARN      },
        {"arn:aws:apigateway:us-east-1:sqs",         NO_ARN      },
        {"arn:aws:lambda:us-east-1:sqs:path/a",      NO_ARN      },
        {"arn:aws:apigateway::sqs:path/a",           NO_ARN      },
        {"arn:aws:apigateway:us-east-1::path/a",     NO_ARN      },
        {"arn:aws:apigateway:us-east-1:sqs:queue/a", NO_OPERATION},
        {"arn:aws:apigateway:us-east-1:sqs:action/", NO_OPERATION},
        {"arn:aws:apigateway:us-east-1:sqs:",        NO_OPERATION},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena  = {0};
        SCOPED_TEXT problem = {0};
        struct service_uri uri;

        print_message("%s\n", cases[i].uri);
        assert_false(service_uri_read(cases[i].uri, &arena, &uri, &problem));
        assert_string_equal(text_string(&problem), cases[i].problem);
        arena_deinit(&arena);
    }
}

static void services_are_found_by_any_of_their_names(void **state)
{
    assert_string_equal(aws_service_find_by_any_name("dynamodb")->name, "dynamodb");
    assert_string_equal(aws_service_find_by_any_name("DynamoDB")->name, "dynamodb");
    assert_string_equal(aws_service_find_by_any_name("secrets-manager")->name, "secretsmanager");
    assert_string_equal(aws_service_find_by_any_name("sfn")->name, "states");
    assert_null(aws_service_find_by_any_name("dynamo"));
    assert_null(aws_service_find("SQS"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uris_name_service_and_operation),
        cmocka_unit_test(malformed_uris_get_the_words_of_aws),
        cmocka_unit_test(services_are_found_by_any_of_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
