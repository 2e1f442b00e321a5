#include "http/request_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define END  "\r\n"

/* clang-format off */
static const struct {
    const char *what;
    const char *data;
    enum request_head_result expected;
} verdicts[] = {
    {"the least there is",               LINE HOST END,                           REQUEST_HEAD_COMPLETE },
    {"HTTP/1.0 without a host",          "GET / HTTP/1.0\r\n\r\n",                REQUEST_HEAD_COMPLETE },
    {"bytes of UTF-8",                   LINE HOST "X: \xc3\xa9\r\n" END,         REQUEST_HEAD_COMPLETE },
    {"an empty value",                   LINE HOST "X:\r\n" END,                  REQUEST_HEAD_COMPLETE },
    {"a tab in a value",                 LINE HOST "X: a\tb\r\n" END,             REQUEST_HEAD_COMPLETE },
    {"a colon in a value",               LINE HOST "X: a:b\r\n" END,              REQUEST_HEAD_COMPLETE },
    {"a length of nothing",              LINE HOST "Content-Length: 0\r\n" END,   REQUEST_HEAD_COMPLETE },
    {"a name of every token character",  LINE HOST "!#$%&'*+-.^_`|~aZ09: x\r\n" END, REQUEST_HEAD_COMPLETE },
    {"frames behind it",                 LINE HOST END "\x81\x80\r\n\n",          REQUEST_HEAD_COMPLETE },

    {"nothing",                          "",                                      REQUEST_HEAD_PARTIAL  },
    {"a part of the request line",       "GET / HT",                              REQUEST_HEAD_PARTIAL  },
    {"no empty line",                    LINE HOST,                               REQUEST_HEAD_PARTIAL  },
    {"half an empty line",               LINE HOST "\r",                          REQUEST_HEAD_PARTIAL  },

    {"an empty line first",              END LINE HOST END,                       REQUEST_HEAD_MALFORMED},
    {"only an empty line",               END END,                                 REQUEST_HEAD_MALFORMED},
    {"no version",                       "GET /\r\n" HOST END,                    REQUEST_HEAD_MALFORMED},
    {"no target",                        "GET HTTP/1.1\r\n" HOST END,             REQUEST_HEAD_MALFORMED},
    {"an empty target",                  "GET  HTTP/1.1\r\n" HOST END,            REQUEST_HEAD_MALFORMED},
    {"no method",                        " / HTTP/1.1\r\n" HOST END,              REQUEST_HEAD_MALFORMED},
    {"a method that is no token",        "G@T / HTTP/1.1\r\n" HOST END,           REQUEST_HEAD_MALFORMED},
    {"another version",                  "GET / HTTP/2.0\r\n" HOST END,           REQUEST_HEAD_MALFORMED},
    {"a version in lower case",          "GET / http/1.1\r\n" HOST END,           REQUEST_HEAD_MALFORMED},
    {"a space in the target",            "GET /a b HTTP/1.1\r\n" HOST END,        REQUEST_HEAD_MALFORMED},
    {"a space behind the version",       "GET / HTTP/1.1 \r\n" HOST END,          REQUEST_HEAD_MALFORMED},
    {"a tab in the target",              "GET /a\tb HTTP/1.1\r\n" HOST END,       REQUEST_HEAD_MALFORMED},
    {"a target without a slash",         "GET a HTTP/1.1\r\n" HOST END,           REQUEST_HEAD_MALFORMED},
    {"a target of a star",               "OPTIONS * HTTP/1.1\r\n" HOST END,       REQUEST_HEAD_MALFORMED},
    {"another scheme",                   "GET ftp://a/ HTTP/1.1\r\n" HOST END,    REQUEST_HEAD_MALFORMED},
    {"a scheme without a host",          "GET http:///a HTTP/1.1\r\n" HOST END,   REQUEST_HEAD_MALFORMED},
    {"a scheme alone",                   "GET http:// HTTP/1.1\r\n" HOST END,     REQUEST_HEAD_MALFORMED},
    {"a line that is no header",         LINE HOST "nonsense\r\n" END,            REQUEST_HEAD_MALFORMED},
    {"an empty name",                    LINE HOST ": x\r\n" END,                 REQUEST_HEAD_MALFORMED},
    {"a space before the colon",         LINE HOST "X : a\r\n" END,               REQUEST_HEAD_MALFORMED},
    {"a space in a name",                LINE HOST "X Y: a\r\n" END,              REQUEST_HEAD_MALFORMED},
    {"a folded line",                    LINE HOST "X: a\r\n b\r\n" END,          REQUEST_HEAD_MALFORMED},
    {"a folded line that has a colon",   LINE HOST "X: a\r\n\tb: c\r\n" END,      REQUEST_HEAD_MALFORMED},
    {"a space before the first header",  LINE " X: a\r\n" HOST END,               REQUEST_HEAD_MALFORMED},
    {"a name that isn't ASCII",          LINE HOST "\xc3\xa9: a\r\n" END,         REQUEST_HEAD_MALFORMED},
    {"a control character",              LINE HOST "X: \x01\r\n" END,             REQUEST_HEAD_MALFORMED},
    {"a DEL",                            LINE HOST "X: \x7f\r\n" END,             REQUEST_HEAD_MALFORMED},
    {"a CR alone",                       LINE HOST "X: a\rY: b\r\n" END,          REQUEST_HEAD_MALFORMED},
    {"lines that end in LF",             "GET / HTTP/1.1\nHost: a\n\n",           REQUEST_HEAD_MALFORMED},
    {"one line that ends in LF",         LINE "X: a\n" HOST END,                  REQUEST_HEAD_MALFORMED},
    {"garbage that may go on for ever",  "GET / HTTP/1.1\r\nX: \x02",             REQUEST_HEAD_MALFORMED},
    {"no host",                          LINE "X: a\r\n" END,                     REQUEST_HEAD_MALFORMED},
    {"two hosts",                        LINE HOST "host: b\r\n" END,             REQUEST_HEAD_MALFORMED},
    {"the same host twice",              LINE HOST HOST END,                      REQUEST_HEAD_MALFORMED},
    {"two lengths",                      LINE HOST "Content-Length: 1\r\ncontent-length: 2\r\n" END, REQUEST_HEAD_MALFORMED},
    {"a length with a coding",           LINE HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n" END, REQUEST_HEAD_MALFORMED},
    {"two codings",                      LINE HOST "Transfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n" END, REQUEST_HEAD_MALFORMED},
    {"a length that is no number",       LINE HOST "Content-Length: +1\r\n" END,  REQUEST_HEAD_MALFORMED},
    {"a length that is empty",           LINE HOST "Content-Length:\r\n" END,     REQUEST_HEAD_MALFORMED},
};
/* clang-format on */

static void a_head_is_judged(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        static const struct request_head untouched = {.size = 77};
        struct request_head head                   = untouched;
        enum request_head_result result =
            request_head_parse(verdicts[i].data, strlen(verdicts[i].data), &head);

        if (result != verdicts[i].expected)
            fail_msg("%s: %d instead of %d", verdicts[i].what, result, verdicts[i].expected);
        if (result == REQUEST_HEAD_COMPLETE)
            request_head_deinit(&head);
        else
            assert_memory_equal(&head, &untouched, sizeof head);
    }
}

static void a_nul_is_malformed_wherever_it_stands(void **state)
{
    static const char whole[] = LINE HOST "X: abc\r\n" END;

    for (size_t at = 0; at < sizeof whole - 1; at++) {
        char data[sizeof whole];
        struct request_head head = {0};

        memcpy(data, whole, sizeof whole);
        data[at] = '\0';
        assert_int_equal(request_head_parse(data, sizeof whole - 1, &head), REQUEST_HEAD_MALFORMED);
    }
}

static void every_beginning_of_a_head_is_partial(void **state)
{
    static const char whole[] = LINE HOST "X: a b\r\n" END;
    struct request_head head  = {0};

    for (size_t size = 0; size < sizeof whole - 1; size++)
        assert_int_equal(request_head_parse(whole, size, &head), REQUEST_HEAD_PARTIAL);
}

static void a_head_may_be_as_large_as_its_limit(void **state)
{
    struct request_head head = {0};
    SCOPED_TEXT data         = {0};

    text_append_string(&data, LINE HOST "X: ");
    while (data.size < REQUEST_HEAD_SIZE_MAX - 4)
        text_append_character(&data, 'x');
    assert_int_equal(request_head_parse(data.data, data.size, &head), REQUEST_HEAD_PARTIAL);
    text_append_string(&data, "\r\n\r\n");
    assert_int_equal(request_head_parse(data.data, data.size, &head), REQUEST_HEAD_COMPLETE);
    assert_int_equal(head.size, REQUEST_HEAD_SIZE_MAX);
    request_head_deinit(&head);

    memcpy(data.data + data.size - 4, "x\r\n\r", 4);
    text_append_string(&data, "\n");
    assert_int_equal(request_head_parse(data.data, data.size, &head), REQUEST_HEAD_TOO_LARGE);
    assert_int_equal(request_head_parse(data.data, REQUEST_HEAD_SIZE_MAX - 2, &head),
                     REQUEST_HEAD_PARTIAL);
}

static void what_the_client_wrote_is_kept(void **state)
{
    static const char data[] = "get /dev?a=%20b&c HTTP/1.1\r\nX-mIxEd:  \t one two \t\r\n"
                               "hOST:\ta:1\r\nx-mixed: second\r\nEmpty: \r\n\r\n\x81";
    struct request_head head = {0};

    assert_int_equal(request_head_parse(data, sizeof data - 1, &head), REQUEST_HEAD_COMPLETE);
    assert_int_equal(head.size, sizeof data - 2);
    assert_string_equal(head.method, "get");
    assert_string_equal(head.target, "/dev?a=%20b&c");
    assert_int_equal(head.minor_version, 1);
    assert_int_equal(head.header_count, 4);
    assert_string_equal(head.headers[0].name, "X-mIxEd");
    assert_string_equal(head.headers[0].value, "one two");
    assert_string_equal(head.headers[1].name, "hOST");
    assert_string_equal(head.headers[1].value, "a:1");
    assert_string_equal(head.headers[2].value, "second");
    assert_string_equal(head.headers[3].value, "");

    assert_string_equal(request_head_find(&head, "X-MIXED"), "second");
    assert_string_equal(request_head_find(&head, "Host"), "a:1");
    assert_null(request_head_find(&head, "Hos"));
    request_head_deinit(&head);
}

static void an_absolute_target_becomes_a_path_and_a_host(void **state)
{
    static const struct {
        const char *line;
        const char *target;
        const char *host;
    } cases[] = {
        {"GET http://b.c:80/dev?x HTTP/1.1\r\n", "/dev?x",     "b.c:80"},
        {"GET HTTP://b/ HTTP/1.1\r\n",           "/",          "b"     },
        {"GET http://b HTTP/1.1\r\n",            "/",          "b"     },
        {"GET https://bcd?x=/y HTTP/1.1\r\n",    "/?x=/y",     "bcd"   },
        {"GET http://b/http://c/ HTTP/1.1\r\n",  "/http://c/", "b"     },
        {"GET /http://c/ HTTP/1.1\r\n",          "/http://c/", "a"     },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct request_head head = {0};
        SCOPED_TEXT data         = {0};

        text_append_string(&data, cases[i].line);
        text_append_string(&data, HOST END);
        assert_int_equal(request_head_parse(data.data, data.size, &head), REQUEST_HEAD_COMPLETE);
        assert_string_equal(head.target, cases[i].target);
        assert_string_equal(request_head_find(&head, "Host"), cases[i].host);
        request_head_deinit(&head);
    }
}

static void tokens_are_found_in_lists(void **state)
{
    static const char data[] = LINE HOST "Connection: keep-alive ,\tUpGrade\r\nX: a,,b\r\n"
                                         "Connection: close,\r\nY: upgrades\r\nZ: \r\n" END;
    static const struct {
        const char *name;
        const char *token;
        int expected;
    } cases[] = {
        {"Connection", "upgrade",    1},
        {"connection", "keep-alive", 1},
        {"Connection", "close",      1},
        {"Connection", "keep",       0},
        {"Connection", "",           0},
        {"X",          "b",          1},
        {"X",          "c",          0},
        {"Y",          "upgrade",    0},
        {"Z",          "a",          0},
        {"None",       "a",          0},
    };
    struct request_head head = {0};

    assert_int_equal(request_head_parse(data, sizeof data - 1, &head), REQUEST_HEAD_COMPLETE);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (request_head_has_token(&head, cases[i].name, cases[i].token) != cases[i].expected)
            fail_msg("%s in %s", cases[i].token, cases[i].name);
    }
    request_head_deinit(&head);
}

static void read_file(const char *path, struct text *content)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t size;

    assert_non_null(file);
    while ((size = fread(part, 1, sizeof part, file)) > 0)
        text_append(content, part, size);
    fclose(file);
}

/* A capture begins with "### CLIENT request (SIZE bytes)"; its lines end in LF or CRLF. */
static size_t check_capture(const char *path)
{
    static const char title[] = "### CLIENT request (";
    SCOPED_TEXT content       = {0};
    size_t count              = 0;

    read_file(path, &content);
    for (const char *at = strstr(content.data, title); at; at = strstr(at + 1, title)) {
        struct request_head head = {0};
        size_t size              = strtoul(at + strlen(title), NULL, 10);
        const char *request      = strchr(at, '\n') + 1;

        if (request_head_parse(request, size, &head) != REQUEST_HEAD_COMPLETE)
            fail_msg("%s does not parse", path);
        assert_int_equal(head.size, size);
        assert_string_equal(head.method, "GET");
        assert_true(request_head_has_token(&head, "connection", "upgrade"));
        assert_string_equal(request_head_find(&head, "sec-websocket-version"), "13");
        assert_int_equal(strlen(request_head_find(&head, "sec-websocket-key")), 24);
        request_head_deinit(&head);
        count++;
    }
    return count;
}

static void what_real_clients_send_parses(void **state)
{
    glob_t captures;

    assert_int_equal(glob("fixtures/wire/ws-*.txt", 0, NULL, &captures), 0);
    assert_true(captures.gl_pathc >= 14);
    for (size_t i = 0; i < captures.gl_pathc; i++)
        assert_true(check_capture(captures.gl_pathv[i]) > 0);
    globfree(&captures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_judged),
        cmocka_unit_test(a_nul_is_malformed_wherever_it_stands),
        cmocka_unit_test(every_beginning_of_a_head_is_partial),
        cmocka_unit_test(a_head_may_be_as_large_as_its_limit),
        cmocka_unit_test(what_the_client_wrote_is_kept),
        cmocka_unit_test(an_absolute_target_becomes_a_path_and_a_host),
        cmocka_unit_test(tokens_are_found_in_lists),
        cmocka_unit_test(what_real_clients_send_parses),
    };

    return cmocka_run_group_tests_name("http/request_head", tests, NULL, NULL);
}
