#include "gateway/proxy_result.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void a_proxy_result_is_told_from_anything_else(void **state)
{
    static const struct {
        const char *payload;
        unsigned status;  /* 0: no proxy result */
        const char *body; /* NULL: none */
    } cases[] = {
        {"{\"statusCode\":200}",                                200, NULL         },
        {"{\"statusCode\":200,\"body\":\"a\\n\\u00e9\"}",       200, "a\n\xc3\xa9"},
        {"{\"statusCode\":\"201\",\"body\":null}",              201, NULL         },
        {"{\"statusCode\":401.0,\"headers\":{},\"body\":\"\"}", 401, ""           },
        {"null",                                                0,   NULL         },
        {"\"text\"",                                            0,   NULL         },
        {"[]",                                                  0,   NULL         },
        {"{}",                                                  0,   NULL         },
        {"{\"statusCode\":99}",                                 0,   NULL         },
        {"{\"statusCode\":600}",                                0,   NULL         },
        {"{\"statusCode\":\"ok\"}",                             0,   NULL         },
        {"{\"statusCode\":\"\"}",                               0,   NULL         },
        {"{\"statusCode\":200,\"body\":{}}",                    0,   NULL         },
        {"{\"statusCode\":200,\"headers\":[]}",                 0,   NULL         },
        {"{\"statusCode\":200",                                 0,   NULL         },
        {"",                                                    0,   NULL         },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct proxy_result result;
        SCOPED_TEXT body = {0};
        bool is_one      = proxy_result_read(cases[i].payload, strlen(cases[i].payload), &result);

        if (is_one != (cases[i].status != 0) || (is_one && result.status != cases[i].status))
            fail_msg("%s: %d", cases[i].payload, (int)is_one);
        if (!is_one)
            continue;
        assert_int_equal(result.body.data != NULL, cases[i].body != NULL);
        if (cases[i].body) {
            json_span_decode(&result.body, &body);
            assert_string_equal(text_string(&body), cases[i].body);
        }
    }
}

static void headers_are_found_in_any_case_and_none_can_be_forged(void **state)
{
    static const char payload[] =
        "{\"statusCode\":403,\"headers\":{\"sec-websocket-protocol\":\"chat\",\"X-Count\":3,"
        "\"X-Evil\":\"a\\r\\nSet-Cookie: b\",\"Bad Name\":\"x\",\"Content-Length\":\"9\"},"
        "\"multiValueHeaders\":{\"Set-Cookie\":[\"a=1\",\"b=2\"]}}";
    struct proxy_result result;
    SCOPED_TEXT value = {0};
    SCOPED_TEXT lines = {0};

    assert_true(proxy_result_read(payload, sizeof payload - 1, &result));
    assert_true(proxy_result_header(&result, "Sec-WebSocket-Protocol", &value));
    assert_string_equal(text_string(&value), "chat");
    assert_false(proxy_result_header(&result, "X-Evil", &value));
    proxy_result_header_lines(&result, &lines);
    assert_string_equal(text_string(&lines),
                        "X-Count: 3\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_result_is_told_from_anything_else),
        cmocka_unit_test(headers_are_found_in_any_case_and_none_can_be_forged),
    };

    return cmocka_run_group_tests_name("proxy_result", tests, NULL, NULL);
}
