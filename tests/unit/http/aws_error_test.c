#include "http/aws_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"

/* clang-format off */
static const struct {
    enum aws_error error;
    const char *detail;
    unsigned status;
    const char *type;
    const char *body;
} cases[] = {
    {AWS_BAD_REQUEST,           "Bad \"x\"", 400, "BadRequestException",          "{\"message\":\"Bad \\\"x\\\"\"}"},
    {AWS_BAD_REQUEST,           NULL,        400, "BadRequestException",          "{\"message\":\"\"}"},
    {AWS_INVALID_CONNECTION_ID, "a%b=",      400, "BadRequestException",          "{\"message\":\"Invalid connectionId: a%b=\"}"},
    {AWS_FORBIDDEN,             NULL,        403, "ForbiddenException",           "{\"message\":\"Forbidden\"}"},
    {AWS_NO_SUCH_ROUTE,         "No method found matching route dev/x for http method POST.",
                                             404, "NotFoundException",
     "{\"message\":\"No method found matching route dev/x for http method POST.\"}"},
    {AWS_GONE,                  NULL,        410, "GoneException",                ""},
    {AWS_PAYLOAD_TOO_LARGE,     NULL,        413, "PayloadTooLargeException",     "{\"message\":\"Request Too Long\"}"},
    {AWS_UPGRADE_REQUIRED,      NULL,        426, "",                             "{\"message\":\"Upgrade Required\"}"},
    {AWS_TOO_MANY_REQUESTS,     NULL,        429, "TooManyRequestsException",     "{\"message\":\"Too Many Requests\"}"},
    {AWS_LIMIT_EXCEEDED,        NULL,        429, "LimitExceededException",       "{\"message\":\"Too Many Requests\"}"},
    {AWS_INTERNAL_FAILURE,      NULL,        500, "InternalServerErrorException", "{\"message\":\"Internal server error\"}"},
    {AWS_BAD_GATEWAY,           NULL,        502, "InternalServerErrorException", "{\"message\": \"Internal server error\"}"},
    {AWS_ENDPOINT_TIMED_OUT,    NULL,        504, "InternalServerErrorException", "{\"message\":\"Endpoint request timed out\"}"},
};
/* clang-format on */

static void errors_look_as_aws_s(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT body = {0};

        aws_error_body(cases[i].error, cases[i].detail, &body);
        assert_string_equal(text_string(&body), cases[i].body);
        assert_int_equal(aws_error_status(cases[i].error), cases[i].status);
        assert_string_equal(aws_error_type(cases[i].error), cases[i].type);
    }
}

static void every_error_has_a_row_and_its_status_a_phrase(void **state)
{
    for (enum aws_error error = AWS_BAD_REQUEST; error <= AWS_ENDPOINT_TIMED_OUT; error++) {
        SCOPED_TEXT body = {0};

        assert_in_range(aws_error_status(error), 400, 599);
        assert_non_null(aws_error_type(error));
        assert_true(strlen(http_reason_phrase(aws_error_status(error))) > 0);
        aws_error_body(error, "detail", &body);
        assert_true(body.size > 0 || error == AWS_GONE);
    }
}

static void a_status_has_its_phrase(void **state)
{
    assert_string_equal(http_reason_phrase(200), "OK");
    assert_string_equal(http_reason_phrase(403), "Forbidden");
    assert_string_equal(http_reason_phrase(410), "Gone");
    assert_string_equal(http_reason_phrase(299), "");
    assert_string_equal(http_reason_phrase(0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_look_as_aws_s),
        cmocka_unit_test(every_error_has_a_row_and_its_status_a_phrase),
        cmocka_unit_test(a_status_has_its_phrase),
    };

    return cmocka_run_group_tests_name("http/aws_error", tests, NULL, NULL);
}
