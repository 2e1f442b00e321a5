#include "front/peek.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "http/request_head.h"

/* clang-format off */
#define UPGRADE "GET /dev?a=b HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"

struct peek_case {
    const char *what;
    const char *data;
    size_t size; /* 0: that of the string */
    enum peek expected;
    size_t behind; /* bytes behind the head of an upgrade */
};

static const struct peek_case cases[] = {
    {"nothing",                         "",                              0, PEEK_WAIT,    0},
    {"a TLS hello",                     "\x16\x03\x01\x02",              0, PEEK_TLS,     0},
    {"a TLS hello's first byte",        "\x16",                          0, PEEK_TLS,     0},
    {"a byte that may become GET",      "G",                             0, PEEK_WAIT,    0},
    {"a method that may become GET",    "GET",                           0, PEEK_WAIT,    0},
    {"a GET that only begins",          "GET ",                          0, PEEK_WAIT,    0},
    {"a method that begins like GET",   "GETX / HTTP/1.1",               0, PEEK_WAIT,    0},
    {"a method in small letters",       "get / HTTP/1.1\r\n\r\n",        0, PEEK_REQUEST, 0},
    {"the first letter of POST",        "P",                             0, PEEK_WAIT,    0},
    {"two letters of POST",             "PO",                            0, PEEK_WAIT,    0},
    {"a POST that only begins",         "POST / HTTP/1.1\r\nHost: a\r\n", 0, PEEK_WAIT,  0},
    {"a POST",                          "POST / HTTP/1.1\r\n\r\n",       0, PEEK_REQUEST, 0},
    {"a POST, its body behind it",      "POST / HTTP/1.1\r\n\r\nabc",    0, PEEK_REQUEST, 0},
    {"an upgrade by POST",              "POST / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"a DELETE",                        "DELETE / HTTP/1.1\r\n\r\n",     0, PEEK_REQUEST, 0},
    {"empty lines before a request",    "\r\nGET",                       0, PEEK_REQUEST, 0},
    {"HTTP/2 that only begins",         "PRI * HTTP/2.0",                0, PEEK_WAIT,    0},
    {"HTTP/2",                          "PRI * HTTP/2.0\r\n\r\nSM\r\n",  0, PEEK_HTTP2,   0},
    {"a method that begins like HTTP/2","PRIX * HTTP/1.1",               0, PEEK_WAIT,    0},
    {"a NUL",                           "\0GET",                         4, PEEK_GARBAGE, 0},
    {"a NUL behind a method",           "POST\0/",                       6, PEEK_GARBAGE, 0},
    {"bytes with the high bit",         "\x80\x81",                      0, PEEK_GARBAGE, 0},
    {"a space",                         " POST /",                       0, PEEK_GARBAGE, 0},
    {"a line that is no request line",  "{\"action\":1}",                0, PEEK_GARBAGE, 0},
    {"a method too long for one",       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0, PEEK_GARBAGE, 0},

    {"a plain GET",                     "GET / HTTP/1.1\r\n\r\n",        0, PEEK_REQUEST, 0},
    {"a plain GET by LF",               "GET / HTTP/1.1\n\n",            0, PEEK_REQUEST, 0},
    {"a GET with a body behind it",     "GET / HTTP/1.1\r\nHost: a\r\n\r\nabc", 0, PEEK_REQUEST, 0},
    {"a head without its last byte",    "GET / HTTP/1.1\r\nHost: a\r\n\r", 0, PEEK_WAIT,  0},
    {"an upgrade",                      UPGRADE,                         0, PEEK_UPGRADE, 0},
    {"an upgrade, frames behind it",    UPGRADE "\x81\x85GET \r\n\r\n",  0, PEEK_UPGRADE, 10},
    {"an upgrade but for its last byte", UPGRADE,       sizeof UPGRADE - 2, PEEK_WAIT,    0},
    {"names and tokens in any case",    "GET / HTTP/1.1\r\nUPGRADE: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n\r\n", 0, PEEK_UPGRADE, 0},
    {"white space around values",       "GET / HTTP/1.1\r\nUpgrade:\twebsocket \r\nConnection:upgrade\t\r\n\r\n", 0, PEEK_UPGRADE, 0},
    {"one of several upgrades",         "GET / HTTP/1.1\r\nUpgrade: h2c, websocket\r\nConnection: upgrade\r\n\r\n", 0, PEEK_UPGRADE, 0},
    {"the fields twice",                "GET / HTTP/1.1\r\nUpgrade: h2c\r\nUpgrade: websocket\r\nConnection: close\r\nConnection: upgrade\r\n\r\n", 0, PEEK_UPGRADE, 0},
    {"an upgrade to something else",    "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"no Connection field",             "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"a Connection without the token",  "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrades, keep-alive\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"fields in the body",              "GET / HTTP/1.1\r\n\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"fields in the URL",               "GET /?Upgrade:websocket&Connection:upgrade HTTP/1.1\r\n\r\n", 0, PEEK_REQUEST, 0},
    {"lines that are no fields",        "GET / HTTP/1.1\r\nUpgrade\r\n:\r\nwebsocket\r\n\r\n", 0, PEEK_REQUEST, 0},
};
/* clang-format on */

static void peek_judges_first_bytes(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size = cases[i].size ? cases[i].size : strlen(cases[i].data);
        /* On the heap and just as long, so that a sanitizer sees a read behind it. */
        char *data       = memory_resize(NULL, size);
        size_t head_size = 0;
        size_t expected  = cases[i].expected == PEEK_UPGRADE ? size - cases[i].behind : 0;
        enum peek peek;

        memcpy(data, cases[i].data, size);
        peek = peek_judge(data, size, &head_size);
        free(data);
        if (peek != cases[i].expected || head_size != expected)
            fail_msg("%s: %d, head of %zu bytes", cases[i].what, (int)peek, head_size);
    }
}

static void every_piece_of_an_upgrade_waits_for_the_rest(void **state)
{
    size_t head_size = 0;

    for (size_t size = 0; size < strlen(UPGRADE); size++)
        assert_int_equal(peek_judge(UPGRADE, size, &head_size), PEEK_WAIT);
    assert_int_equal(peek_judge(UPGRADE, strlen(UPGRADE), &head_size), PEEK_UPGRADE);
}

/* A GET whose head has exactly that size, or has no end if it isn't complete. */
static void make_get(struct text *head, size_t size, bool is_complete)
{
    text_clear(head);
    text_append_string(head, "GET / HTTP/1.1\r\nA: ");
    while (head->size < size - (is_complete ? 4 : 0))
        text_append_character(head, 'a');
    if (is_complete)
        text_append_string(head, "\r\n\r\n");
}

static void a_head_may_have_the_greatest_size_and_no_more(void **state)
{
    static const struct {
        size_t size;
        bool is_complete;
        enum peek expected;
    } sizes[] = {
        {REQUEST_HEAD_SIZE_MAX - 1, false, PEEK_WAIT     },
        {REQUEST_HEAD_SIZE_MAX,     true,  PEEK_REQUEST  },
        {REQUEST_HEAD_SIZE_MAX,     false, PEEK_TOO_LARGE},
        {REQUEST_HEAD_SIZE_MAX + 1, true,  PEEK_TOO_LARGE},
        {REQUEST_HEAD_SIZE_MAX * 2, false, PEEK_TOO_LARGE},
    };
    SCOPED_TEXT head = {0};
    size_t head_size;

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        make_get(&head, sizes[i].size, sizes[i].is_complete);
        assert_int_equal(head.size, sizes[i].size);
        assert_int_equal(peek_judge(head.data, head.size, &head_size), sizes[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peek_judges_first_bytes),
        cmocka_unit_test(every_piece_of_an_upgrade_waits_for_the_rest),
        cmocka_unit_test(a_head_may_have_the_greatest_size_and_no_more),
    };

    return cmocka_run_group_tests_name("peek", tests, NULL, NULL);
}
