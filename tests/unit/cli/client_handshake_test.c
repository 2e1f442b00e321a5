#include "cli/connect/client_handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/answer.h"
#include "cli/connect/target.h"

#define SAMPLE_KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define SAMPLE_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static const char *const nothing[] = {NULL};

static struct client_handshake sample(const struct target *target, const char *const *headers,
                                      const char *const *protocols)
{
    return (struct client_handshake){
        .target = target, .headers = headers, .protocols = protocols, .key = SAMPLE_KEY};
}

static struct target read_target(const char *url)
{
    SCOPED_TEXT error    = {0};
    struct target target = {0};

    assert_true(target_read(url, "", &target, &error));
    return target;
}

static void a_request_has_what_the_standard_asks_for(void **state)
{
    struct target target              = read_target("ws://localhost:3001/dev?a=b");
    struct client_handshake handshake = sample(&target, nothing, nothing);
    SCOPED_TEXT out                   = {0};

    client_handshake_build(&handshake, &out);
    assert_string_equal(text_string(&out), "GET /dev?a=b HTTP/1.1\r\n"
                                           "Host: localhost:3001\r\n"
                                           "Connection: Upgrade\r\n"
                                           "Upgrade: websocket\r\n"
                                           "Sec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Key: " SAMPLE_KEY "\r\n"
                                           "User-Agent: postern/" POSTERN_VERSION "\r\n"
                                           "\r\n");
    target_deinit(&target);
}

static void headers_of_the_user_win_over_our_own(void **state)
{
    static const char *const headers[] = {"host:elsewhere", "X-Token:  a b", "Origin: http://o",
                                          "user-agent: me", "X-Empty:",      NULL};
    static const char *const names[]   = {"chat", "chat.v2", NULL};
    struct target target               = read_target("ws://ada:secret@localhost/");
    struct client_handshake handshake  = sample(&target, headers, names);
    SCOPED_TEXT out                    = {0};

    handshake.origin = "http://other";
    client_handshake_build(&handshake, &out);
    assert_string_equal(text_string(&out), "GET / HTTP/1.1\r\n"
                                           "Connection: Upgrade\r\n"
                                           "Upgrade: websocket\r\n"
                                           "Sec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Key: " SAMPLE_KEY "\r\n"
                                           "Sec-WebSocket-Protocol: chat, chat.v2\r\n"
                                           "Authorization: Basic YWRhOnNlY3JldA==\r\n"
                                           "host: elsewhere\r\n"
                                           "X-Token: a b\r\n"
                                           "Origin: http://o\r\n"
                                           "user-agent: me\r\n"
                                           "X-Empty: \r\n"
                                           "\r\n");
    target_deinit(&target);
}

static void keys_are_random_and_16_bytes_of_base64(void **state)
{
    struct client_handshake a = {0};
    struct client_handshake b = {0};

    client_handshake_make_key(&a);
    client_handshake_make_key(&b);
    assert_int_equal(strlen(a.key), 24);
    assert_string_equal(a.key + 22, "==");
    assert_string_not_equal(a.key, b.key);
}

static void headers_that_would_break_the_request_are_refused(void **state)
{
    static const struct {
        const char *line;
        const char *reason; /* NULL: it is fine */
    } cases[] = {
        {"X-Api-Key: abc",            NULL                   },
        {"x:",                        NULL                   },
        {"no colon",                  "written 'Name: value'"},
        {": value",                   "written 'Name: value'"},
        {"two words: x",              "written 'Name: value'"},
        {"X: a\r\nEvil: b",           "control character"    },
        {"sec-websocket-key: x",      "made anew"            },
        {"Sec-WebSocket-Protocol: x", "use --subprotocol"    },
        {"Upgrade: x",                "can't be set"         },
        {"content-length: 4",         "has no body"          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT error = {0};

        if (client_handshake_check_header(cases[i].line, &error) != !cases[i].reason)
            fail_msg("%s: %s", cases[i].line, text_string(&error));
        if (cases[i].reason && !strstr(text_string(&error), cases[i].reason))
            fail_msg("%s: %s", cases[i].line, text_string(&error));
    }
}

static void only_the_answer_to_our_key_opens_a_connection(void **state)
{
    static const char *const names[] = {"chat", NULL};
    static const struct {
        const char *fields;
        const char *problem; /* NULL: it is open */
    } cases[] = {
        {"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " SAMPLE_ACCEPT "\r\n",
         NULL                                                                                                                             },
        {"upgrade: WebSocket\r\nconnection: keep-alive, "
         "Upgrade\r\nsec-websocket-accept: " SAMPLE_ACCEPT "\r\nSec-WebSocket-Protocol: chat\r\n",
         NULL                                                                                                                             },
        {"Connection: upgrade\r\nSec-WebSocket-Accept: " SAMPLE_ACCEPT "\r\n",
         "doesn't say Upgrade"                                                                                                            },
        {"Upgrade: websocket\r\nConnection: upgrade\r\n",                                                   "doesn't match our key"       },
        {"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: "
         "s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n",                                                       "doesn't match our key"       },
        {"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " SAMPLE_ACCEPT
         "\r\nSec-WebSocket-Protocol: other\r\n",                                                  "subprotocol other"           },
        {"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " SAMPLE_ACCEPT
         "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",                                   "extension permessage-deflate"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct client_handshake handshake = sample(NULL, nothing, names);
        SCOPED_MEMORY char *data =
            memory_format("HTTP/1.1 101 Switching Protocols\r\n%s\r\n", cases[i].fields);
        SCOPED_TEXT problem  = {0};
        struct answer answer = {0};

        assert_int_equal(answer_parse(data, strlen(data), &answer), ANSWER_COMPLETE);
        if (client_handshake_judge(&handshake, &answer, &problem) != !cases[i].problem)
            fail_msg("%s: %s", cases[i].fields, text_string(&problem));
        if (cases[i].problem && !strstr(text_string(&problem), cases[i].problem))
            fail_msg("%s: %s", cases[i].fields, text_string(&problem));
        answer_deinit(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_what_the_standard_asks_for),
        cmocka_unit_test(headers_of_the_user_win_over_our_own),
        cmocka_unit_test(keys_are_random_and_16_bytes_of_base64),
        cmocka_unit_test(headers_that_would_break_the_request_are_refused),
        cmocka_unit_test(only_the_answer_to_our_key_opens_a_connection),
    };

    return cmocka_run_group_tests_name("cli/connect/client_handshake", tests, NULL, NULL);
}
