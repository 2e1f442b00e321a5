#include "gateway/service_request.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "crypto/sigv4.h"
#include "crypto/sigv4_sign.h"
#include "model/service_uri.h"

#define NOW 1767323045 /* 20260102T030405Z */

static const struct sigv4_credentials keys = {"AKIDEXAMPLE", "secret", NULL};

struct scene {
    struct arena arena;
    struct service_uri uri;
    struct service_request_input input;
    struct service_request request;
    struct text problem;
};

static void set_up(struct scene *scene, const char *uri, const char *endpoint)
{
    *scene = (struct scene){0};
    assert_true(service_uri_read(uri, &scene->arena, &scene->uri, &scene->problem));
    scene->input = (struct service_request_input){
        .uri         = &scene->uri,
        .endpoint    = endpoint,
        .method      = "POST",
        .body        = "{}",
        .body_size   = 2,
        .api_id      = "abcde12345",
        .credentials = &keys,
        .now         = NOW,
    };
}

static void tear_down(struct scene *scene)
{
    text_deinit(&scene->problem);
    arena_deinit(&scene->arena);
}

static enum service_request_result make(struct scene *scene)
{
    return service_request_make(&scene->input, &scene->arena, &scene->request, &scene->problem);
}

static const char *header(const struct scene *scene, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < scene->request.header_count; i++) {
        if (strcasecmp(scene->request.headers[i].name, name) == 0) {
            assert_null(value); /* once */
            value = scene->request.headers[i].value;
        }
    }
    return value;
}

static void check_header(const struct scene *scene, const char *name, const char *expected)
{
    const char *value = header(scene, name);

    if (expected) {
        assert_non_null(value);
        assert_string_equal(value, expected);
    } else {
        assert_null(value);
    }
}

/* AWS: section "AWS service integrations" of what was observed. */
static void each_service_gets_what_it_needs(void **state)
{
    static const struct {
        const char *uri;
        const char *url;
        const char *target;
        const char *content_type;
        const char *scope;
    } cases[] = {
        {"arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
         "http://127.0.0.1:8000/?Action=PutItem",                                                                     "DynamoDB_20120810.PutItem",
         "application/x-amz-json-1.0",                                                                                                                                            "/us-east-1/dynamodb/"},
        {"arn:aws:apigateway:eu-west-1:kinesis:action/PutRecord",
         "http://127.0.0.1:8000/?Action=PutRecord",                                                                   "Kinesis_20131202.PutRecord",
         "application/x-amz-json-1.1",                                                                                                                                            "/eu-west-1/kinesis/" },
        {"arn:aws:apigateway:us-east-1:states:action/StartExecution",
         "http://127.0.0.1:8000/?Action=StartExecution",                                                              "AWSStepFunctions.StartExecution",
         "application/x-amz-json-1.0",                                                                                                                                            "/us-east-1/states/"  },
        {"arn:aws:apigateway:us-east-1:events:action/PutEvents",
         "http://127.0.0.1:8000/?Action=PutEvents",                                                                   NULL,                                   "application/json", "/us-east-1/events/"  },
        {"arn:aws:apigateway:us-east-1:sns:action/Publish",                  "http://127.0.0.1:8000/?Action=Publish",
         NULL,                                                                                                                                                "application/json", "/us-east-1/sns/"     },
        {"arn:aws:apigateway:us-east-1:sqs:path/000000000000/orders",
         "http://127.0.0.1:8000/000000000000/orders",                                                                 NULL,                                   "application/json", "/us-east-1/sqs/"     },
        {"arn:aws:apigateway:us-east-1:streams.dynamodb:action/ListStreams",
         "http://127.0.0.1:8000/?Action=ListStreams",                                                                 "DynamoDBStreams_20120810.ListStreams",
         "application/x-amz-json-1.0",                                                                                                                                            "/us-east-1/dynamodb/"},
        {"arn:aws:apigateway:us-east-1:s3:action/GetObject&Bucket=a",
         "http://127.0.0.1:8000/?Action=GetObject&Bucket=a",                                                          NULL,                                   "application/json",
         "/us-east-1/s3/"                                                                                                                                                                               },
        {"arn:aws:apigateway:us-east-1:newest:path/a b",                     "http://127.0.0.1:8000/a%20b",           NULL,
         "application/json",                                                                                                                                                      "/us-east-1/newest/"  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene;

        print_message("%s\n", cases[i].uri);
        set_up(&scene, cases[i].uri, "http://127.0.0.1:8000/");
        assert_int_equal(make(&scene), SERVICE_REQUEST_MADE);
        assert_string_equal(scene.request.url, cases[i].url);
        check_header(&scene, "X-Amz-Target", cases[i].target);
        check_header(&scene, "Content-Type", cases[i].content_type);
        check_header(&scene, "Accept", "application/json");
        check_header(&scene, "Host", "127.0.0.1:8000");
        check_header(&scene, "User-Agent", "AmazonAPIGateway_abcde12345");
        check_header(&scene, "X-Amzn-Apigateway-Api-Id", "abcde12345");
        check_header(&scene, "X-Amz-Date", "20260102T030405Z");
        check_header(&scene, "X-Amz-Security-Token", NULL);
        assert_non_null(strstr(header(&scene, "Authorization"), cases[i].scope));
        tear_down(&scene);
    }
}

static void what_is_mapped_wins(void **state)
{
    static const struct sigv4_header headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"accept",       "application/xml"                  },
        {"x-amz-target", "AmazonSQS.SendMessage"            },
        {"Referer",      "dropped"                          },
        {"Host",         "not.this.one"                     },
    };
    static const struct sigv4_header query[] = {
        {"a", "1"},
        {"a", "2"}
    };
    struct scene scene;

    set_up(&scene, "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
           "https://localhost/base/");
    scene.input.headers      = headers;
    scene.input.header_count = ARRAY_SIZE(headers);
    scene.input.query        = query;
    scene.input.query_count  = ARRAY_SIZE(query);
    assert_int_equal(make(&scene), SERVICE_REQUEST_MADE);
    assert_string_equal(scene.request.url, "https://localhost/base/?Action=PutItem&a=1&a=2");
    check_header(&scene, "Content-Type", "application/x-www-form-urlencoded");
    check_header(&scene, "Accept", "application/xml");
    check_header(&scene, "X-Amz-Target", "AmazonSQS.SendMessage");
    check_header(&scene, "Referer", NULL);
    check_header(&scene, "Host", "localhost");
    tear_down(&scene);
}

static void a_get_has_no_body_and_no_target(void **state)
{
    struct scene scene;

    set_up(&scene, "arn:aws:apigateway:us-east-1:states:action/ListStateMachines",
           "http://localhost:8083");
    scene.input.method = "GET";
    assert_int_equal(make(&scene), SERVICE_REQUEST_MADE);
    assert_int_equal(scene.request.body_size, 0);
    check_header(&scene, "X-Amz-Target", NULL);
    check_header(&scene, "Content-Type", NULL);
    tear_down(&scene);
}

static void what_fails_on_aws_fails(void **state)
{
    static const struct sigv4_header length[] = {
        {"content-length", "2"}
    };
    static const struct sigv4_header blank[] = {
        {"name", "two words"}
    };
    struct scene scene;

    set_up(&scene, "arn:aws:apigateway:us-east-1:sns:action/Publish", "http://localhost");
    scene.input.headers      = length;
    scene.input.header_count = 1;
    assert_int_equal(make(&scene), SERVICE_REQUEST_HEADER_TAKEN);
    assert_string_equal(text_string(&scene.problem), "content-length");
    text_clear(&scene.problem);
    scene.input.header_count = 0;
    scene.input.query        = blank;
    scene.input.query_count  = 1;
    assert_int_equal(make(&scene), SERVICE_REQUEST_BLANK_IN_QUERY);
    assert_string_equal(text_string(&scene.problem), "name");
    tear_down(&scene);
}

static const char *find_secret(const void *owner, const char *access_key)
{
    return strcmp(access_key, keys.access_key) == 0 ? keys.secret : NULL;
}

/* Whoever verifies as AWS does finds the signature right. */
static void the_signature_is_valid(void **state)
{
    const struct sigv4_credentials with_token  = {keys.access_key, keys.secret, "token"};
    const struct sigv4_expectation expectation = {
        .region = "us-east-1", .service = "sqs", .now = NOW, .find_secret = find_secret};
    struct sigv4_finding finding = {0};
    struct sigv4_request received;
    struct scene scene;

    set_up(&scene, "arn:aws:apigateway:us-east-1:sqs:path/000000000000/a queue",
           "http://localhost:9324/base");
    scene.input.credentials = &with_token;
    assert_int_equal(make(&scene), SERVICE_REQUEST_MADE);
    check_header(&scene, "X-Amz-Security-Token", "token");
    received = (struct sigv4_request){
        .method       = "POST",
        .target       = strstr(scene.request.url, "/base"),
        .headers      = scene.request.headers,
        .header_count = scene.request.header_count,
        .body         = scene.request.body,
        .body_size    = scene.request.body_size,
    };
    assert_int_equal(sigv4_verify(&received, &expectation, &finding), SIGV4_VALID);
    received.body_size--;
    assert_int_equal(sigv4_verify(&received, &expectation, &finding), SIGV4_INVALID);
    sigv4_finding_deinit(&finding);
    tear_down(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_service_gets_what_it_needs),
        cmocka_unit_test(what_is_mapped_wins),
        cmocka_unit_test(a_get_has_no_body_and_no_target),
        cmocka_unit_test(what_fails_on_aws_fails),
        cmocka_unit_test(the_signature_is_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
