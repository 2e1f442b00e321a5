#include "cli/connect/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static const char refusal[] = "HTTP/1.1 403 Forbidden\r\n"
                              "x-amzn-errortype:  ForbiddenException \r\n"
                              "Connection: keep-alive, Upgrade\r\n"
                              "Content-Length: 5\r\n"
                              "\r\n"
                              "helloNEXT";

static void a_head_is_read_whole_and_never_before(void **state)
{
    size_t head          = strlen(refusal) - strlen("helloNEXT");
    struct answer answer = {0};

    for (size_t size = 0; size < head; size++)
        assert_int_equal(answer_parse(refusal, size, &answer), ANSWER_PARTIAL);
    assert_int_equal(answer_parse(refusal, strlen(refusal), &answer), ANSWER_COMPLETE);
    assert_int_equal(answer.status, 403);
    assert_int_equal(answer.head_size, head);
    assert_string_equal(answer.status_line, "HTTP/1.1 403 Forbidden");
    answer_deinit(&answer);
}

static void fields_are_found_whatever_their_case(void **state)
{
    struct answer answer = {0};
    size_t size          = 0;
    const char *value;

    assert_int_equal(answer_parse(refusal, strlen(refusal), &answer), ANSWER_COMPLETE);
    value = answer_find(&answer, "X-Amzn-ErrorType", &size);
    assert_int_equal(size, strlen("ForbiddenException"));
    assert_memory_equal(value, "ForbiddenException", size);
    assert_null(answer_find(&answer, "X-Amzn", &size));
    assert_true(answer_has_token(&answer, "Connection", "upgrade"));
    assert_true(answer_has_token(&answer, "connection", "Keep-Alive"));
    assert_false(answer_has_token(&answer, "Connection", "keep"));
    assert_false(answer_has_token(&answer, "Upgrade", "websocket"));
    answer_deinit(&answer);
}

static void what_is_not_http_is_malformed(void **state)
{
    static const char *const cases[] = {
        "SSH-2.0-OpenSSH_9.2\r\n",    "HTTP/1.1 abc\r\n\r\n",     "HTTP/1.1 20\r\n\r\n",
        "HTTP/2 200 OK fine\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct answer answer = {0};

        if (answer_parse(cases[i], strlen(cases[i]), &answer) != ANSWER_MALFORMED)
            fail_msg("%s", cases[i]);
    }
}

static void a_head_without_end_is_malformed_at_last(void **state)
{
    SCOPED_TEXT head     = {0};
    struct answer answer = {0};

    text_append_string(&head, "HTTP/1.1 200 OK\r\n");
    while (head.size <= ANSWER_HEAD_SIZE_MAX)
        text_append_string(&head, "X: y\r\n");
    assert_int_equal(answer_parse(head.data, head.size, &answer), ANSWER_MALFORMED);
}

static void bodies_end_where_they_say(void **state)
{
    static const struct {
        const char *what;
        const char *head;
        const char *data;
        bool is_ended;
        enum answer_result expected;
        const char *body;
    } cases[] = {
        {"a length",           "HTTP/1.1 400 x\r\nContent-Length: 5\r\n\r\n",          "helloNEXT",   false,
         ANSWER_COMPLETE,                                                                                                      "hello"      },
        {"not all of it",      "HTTP/1.1 400 x\r\nContent-Length: 5\r\n\r\n",          "hell",        false,
         ANSWER_PARTIAL,                                                                                                       "hell"       },
        {"cut off",            "HTTP/1.1 400 x\r\nContent-Length: 5\r\n\r\n",          "hell",        true,  ANSWER_COMPLETE,
         "hell"                                                                                                                             },
        {"until the end",      "HTTP/1.1 400 x\r\n\r\n",                               "all of this", true,  ANSWER_COMPLETE,
         "all of this"                                                                                                                      },
        {"perhaps more",       "HTTP/1.1 400 x\r\n\r\n",                               "all of",      false, ANSWER_PARTIAL,   "all of"     },
        {"no body",            "HTTP/1.1 204 x\r\n\r\n",                               "",            false, ANSWER_COMPLETE,  ""           },
        {"chunks",             "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n",                                                false, ANSWER_COMPLETE,  "hello world"},
        {"a chunk is missing", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "5\r\nhello\r\n6\r\n wo",                                                                    false, ANSWER_PARTIAL,   "hello"      },
        {"no chunk's size",    "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "\r\n5\r\nhello\r\n",                                                                        false, ANSWER_MALFORMED, ""           },
        {"a monstrous chunk",  "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "ffffffffffffffffff\r\n",                                                                    false, ANSWER_MALFORMED, ""           },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct answer answer = {0};
        SCOPED_TEXT body     = {0};
        enum answer_result result;

        assert_int_equal(answer_parse(cases[i].head, strlen(cases[i].head), &answer),
                         ANSWER_COMPLETE);
        result = answer_read_body(&answer, cases[i].data, strlen(cases[i].data), cases[i].is_ended,
                                  &body);
        if (result != cases[i].expected || !text_equals(&body, cases[i].body))
            fail_msg("%s: %d, %s", cases[i].what, result, text_string(&body));
        answer_deinit(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_whole_and_never_before),
        cmocka_unit_test(fields_are_found_whatever_their_case),
        cmocka_unit_test(what_is_not_http_is_malformed),
        cmocka_unit_test(a_head_without_end_is_malformed_at_last),
        cmocka_unit_test(bodies_end_where_they_say),
    };

    return cmocka_run_group_tests_name("cli/connect/answer", tests, NULL, NULL);
}
