#include "http/server.h"

#include "http_scene.h"

#include "base/arena.h"
#include "base/id.h"

#define POST  "POST /dev/@connections/abc%3D HTTP/1.1\r\nHost: a\r\nContent-Length: "
#define CHUNK "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
#define END   "\r\n\r\n"

static void check_exchange(const char *what, void (*open)(struct client *, struct scene *))
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    open(&client, &scene);
    client_send(&client, POST "5" END "hello");
    client_expect(&client, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(client.received.data, "Content-Length: 0\r\n"));
    assert_non_null(strstr(client.received.data, "Content-Type: application/json\r\n"));
    assert_string_equal(text_string(&scene.seen), "PostToConnection abc= client hello\n");
    client_close(&client);
    scene_run_until(&scene, scene_has_none_left);
    scene_close(&scene);
}

static void a_request_reaches_its_operation(void **state)
{
    check_exchange("by TCP", client_open);
    check_exchange("by a socket pair", client_open_local);
}

static void a_connection_is_kept_for_the_next_request(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    for (unsigned i = 1; i <= 5; i++) {
        client_send(&client, POST "1" END "x");
        client_expect_times(&client, "HTTP/1.1 200 OK", i);
    }
    assert_int_equal(http_server_connection_count(scene.server), 1);
    client_close(&client);
    scene_close(&scene);
}

static void pipelined_posts_are_served_in_order(void **state)
{
    struct scene scene;
    struct client client;
    SCOPED_TEXT sent     = {0};
    SCOPED_TEXT expected = {0};

    scene_open(&scene);
    client_open(&client, &scene);
    for (int i = 100; i < 200; i++) {
        text_append_string(&sent, POST "3" END);
        text_append_number(&sent, i);
        text_append_format(&expected, "PostToConnection abc= client %d\n", i);
    }
    client_send(&client, sent.data);
    client_expect_times(&client, "HTTP/1.1 200 OK", 100);
    assert_string_equal(text_string(&scene.seen), expected.data);
    client_close(&client);
    scene_close(&scene);
}

static void a_dribbled_request_is_served(void **state)
{
    static const char request[] = POST "5" END "hello";
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open_local(&client, &scene);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        assert_int_equal(client.received.size, 0);
        client_send_bytes(&client, request + i, 1);
        scene_turn(&scene);
        client_read(&client);
    }
    client_expect(&client, "HTTP/1.1 200 OK");
    client_close(&client);
    scene_close(&scene);
}

static void a_chunked_body_arrives_whole(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, CHUNK "Trailer: x-question\r\n\r\n4\r\nab\r\n\r\n3;a=b\r\ncde\r\n0\r\n"
                               "x-question: late\r\n\r\n"
                               "GET /describe HTTP/1.1\r\nHost: a" END);
    client_expect(&client, "\r\n\r\nab\r\ncdeHTTP/1.1 200 OK");
    client_expect(&client, "header=none");
    client_close(&client);
    scene_close(&scene);
}

static void a_client_that_asks_first_is_told_to_go_on(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                         "Expect: 100-continue" END);
    client_expect(&client, "HTTP/1.1 100 Continue" END);
    client_send(&client, "body");
    client_expect(&client, END "body");
    client_close(&client);
    scene_close(&scene);
}

static void a_body_that_is_too_large_is_cut_and_its_connection_stays(void **state)
{
    static const struct {
        const char *what;
        size_t size;
        const char *expected;
    } cases[] = {
        {"as large as may be", SCENE_BODY_SIZE_MAX,     "size=1000"},
        {"one more",           SCENE_BODY_SIZE_MAX + 1, "size=1001"},
        {"more than the pool", 200000,                  "size=1001"},
        {"megabytes",          5000000,                 "size=1001"},
    };
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT head = {0};
        size_t left      = cases[i].size;

        text_clear(&client.received);
        text_append_format(&head, "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: %zu" END,
                           left);
        client_send(&client, head.data);
        while (left > 0) {
            static const char part[10000];
            ssize_t sent =
                send(client.socket, part, left < sizeof part ? left : sizeof part, MSG_NOSIGNAL);

            left -= sent > 0 ? (size_t)sent : 0;
            uv_run(&scene.loop.uv, UV_RUN_NOWAIT);
        }
        client_expect(&client, cases[i].expected);
    }
    assert_int_equal(http_server_connection_count(scene.server), 1);
    client_close(&client);
    scene_close(&scene);
}

static void a_body_without_end_loses_its_connection(void **state)
{
    static const char chunk[0x10000 + 10] = "10000\r\n";
    struct scene scene;
    struct client client;
    SCOPED_TEXT chunks = {0};
    size_t sent        = 0;

    text_append(&chunks, chunk, 7 + 0x10000);
    text_append_string(&chunks, "\r\n");
    scene_open(&scene);
    client_open_local(&client, &scene);
    client_send(&client, CHUNK "\r\n");
    for (size_t at = 0; !client.is_ended && sent < 100000000;) {
        ssize_t size = send(client.socket, chunks.data + at, chunks.size - at, MSG_NOSIGNAL);

        if (size > 0) {
            at = (at + (size_t)size) % chunks.size;
            sent += (size_t)size;
        }
        uv_run(&scene.loop.uv, UV_RUN_NOWAIT);
        client_read(&client);
    }
    assert_true(client.is_ended);
    assert_in_range(sent, 64 * 1024 * 1024, 66 * 1024 * 1024);
    assert_int_equal(client.received.size, 0);
    client_close(&client);
    scene_close(&scene);
}

static void ambiguous_requests_are_refused_and_their_connection_closed(void **state)
{
#define SMUGGLED                                                                                   \
    "0\r\n\r\nPOST /dev/@connections/stolen HTTP/1.1\r\nHost: a\r\nContent-Length: 0" END
    /* clang-format off */
    static const struct {
        const char *what;
        const char *head; /* what stands between the Host header and the body */
    } cases[] = {
        {"a length and a coding",         "Content-Length: 5\r\nTransfer-Encoding: chunked"},
        {"a coding and a length",         "Transfer-Encoding: chunked\r\nContent-Length: 5"},
        {"a length of 0 and a coding",    "Content-Length: 0\r\nTransfer-Encoding: chunked"},
        {"two lengths",                   "Content-Length: 5\r\nContent-Length: 6"},
        {"the same length twice",         "Content-Length: 5\r\nContent-Length: 5"},
        {"two lengths on a line",         "Content-Length: 5, 6"},
        {"a length with a sign",          "Content-Length: +5"},
        {"a length below zero",           "Content-Length: -5"},
        {"a length in hex",               "Content-Length: 0x5"},
        {"a length beyond all numbers",   "Content-Length: 99999999999999999999999"},
        {"another coding",                "Transfer-Encoding: gzip"},
        {"a second coding",               "Transfer-Encoding: gzip, chunked"},
        {"chunked twice",                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"},
        {"a coding that looks chunked",   "Transfer-Encoding: xchunked"},
        {"chunked with something behind", "Transfer-Encoding: chunked;a"},
        {"identity",                      "Transfer-Encoding: identity"},
        {"a second host",                 "Host: b\r\nContent-Length: 0"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene;
        struct client client;

        scene_open(&scene);
        client_open(&client, &scene);
        client_send(&client, "POST /dev/@connections/x HTTP/1.1\r\nHost: a\r\n");
        client_send(&client, cases[i].head);
        client_send(&client, END SMUGGLED);
        client_expect_end(&client);
        if (scene.seen.size > 0 || strstr(text_string(&client.received), "HTTP/1.1 2") ||
            strncmp(text_string(&client.received), "HTTP/1.1 4", 10) != 0)
            fail_msg("%s: \"%s\", and \"%s\" was served", cases[i].what,
                     text_string(&client.received), text_string(&scene.seen));
        client_close(&client);
        scene_close(&scene);
    }
}

static void what_is_not_a_request_is_refused(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *request;
        const char *expected;
    } cases[] = {
        {"no host",              "GET /describe HTTP/1.1" END,                    "HTTP/1.1 400 "},
        {"a target of a star",   "OPTIONS * HTTP/1.1\r\nHost: a" END,             "HTTP/1.1 400 "},
        {"a target of an authority", "CONNECT a:1 HTTP/1.1\r\nHost: a" END,       "HTTP/1.1 400 "},
        {"a relative target",    "GET describe HTTP/1.1\r\nHost: a" END,          "HTTP/1.1 400 "},
        {"a coding in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked" END "0" END, " 400 "},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene;
        struct client client;

        scene_open(&scene);
        client_open(&client, &scene);
        client_send(&client, cases[i].request);
        client_expect_end(&client);
        if (!strstr(text_string(&client.received), cases[i].expected))
            fail_msg("%s: \"%s\"", cases[i].what, text_string(&client.received));
        client_close(&client);
        scene_close(&scene);
    }
}

static void a_head_larger_than_the_pool_is_refused(void **state)
{
    struct scene scene;
    struct client client;
    SCOPED_TEXT head = {0};

    text_append_string(&head, "GET /describe HTTP/1.1\r\nHost: a\r\nX-Long: ");
    for (int i = 0; i < 20000; i++)
        text_append_character(&head, 'x');
    scene_open(&scene);
    client_open_local(&client, &scene);
    client_send(&client, head.data);
    client_expect_end(&client);
    assert_non_null(strstr(text_string(&client.received), "HTTP/1.1 431 "));
    client_close(&client);
    scene_close(&scene);
}

static void a_head_of_what_aws_allows_is_served(void **state)
{
    struct scene scene;
    struct client client;
    SCOPED_TEXT head = {0};

    text_append_string(&head, "GET /describe?q=");
    for (int i = 0; i < 4000; i++)
        text_append_character(&head, 'q');
    text_append_string(&head, " HTTP/1.1\r\nHost: a\r\nX-Long: ");
    for (int i = 0; i < 10200; i++)
        text_append_character(&head, 'x');
    text_append_string(&head, END);
    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, head.data);
    client_expect(&client, "HTTP/1.1 200 OK");
    client_close(&client);
    scene_close(&scene);
}

static void requests_are_shown_as_they_were_sent(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *request;
        const char *expected;
    } cases[] = {
        {"a plain one",         "GET /describe HTTP/1.1\r\nHost: a" END,           "GET /describe header=none q=none"},
        {"a header in any case", "GET /describe HTTP/1.1\r\nHost: a\r\nX-QUESTION: yes" END, "header=yes q=none"},
        {"a query",             "GET /describe?q=a%20b+c&r=1 HTTP/1.1\r\nHost: a" END,
                                "GET /describe?q=a%20b+c&r=1 header=none q=a b c"},
        {"a name twice",        "GET /describe?q=1&q=2 HTTP/1.1\r\nHost: a" END,   "q=2"},
        {"slashes in plenty",   "GET //describe/ HTTP/1.1\r\nHost: a" END,         "GET //describe/ header"},
        {"a path with escapes", "GET /%64escribe HTTP/1.1\r\nHost: a" END,         "GET /%64escribe header"},
        {"an absolute target",  "GET http://a:1/describe HTTP/1.1\r\nHost: a" END, "GET /describe header"},
        {"one without a path",  "GET http://a?q=1 HTTP/1.1\r\nHost: a" END,        "otherwise"},
        {"headers in order",    "GET /describe HTTP/1.1\r\nHost: a" END,           "X-First: 1\r\nX-Second: 2\r\n"},
        {"HTTP/1.0",            "GET /describe HTTP/1.0" END,                      "GET /describe header"},
        {"another method",      "PUT /describe HTTP/1.1\r\nHost: a\r\nContent-Length: 0" END, "otherwise"},
        {"no such path",        "GET /nothing HTTP/1.1\r\nHost: a" END,            "otherwise"},
        {"a detail",            "GET /fail/a%22b HTTP/1.1\r\nHost: a" END,
                                "{\"message\":\"Invalid connectionId: a\\\"b\"}"},
        {"a type of error",     "GET /fail/a HTTP/1.1\r\nHost: a" END,             "x-amzn-ErrorType: BadRequestException\r\n"},
        {"an error of nothing", "DELETE /dev/%40connections/x HTTP/1.1\r\nHost: a" END, "HTTP/1.1 410 Gone\r\n"},
        {"an upgrade to ask for", "GET /upgrade HTTP/1.1\r\nHost: a" END,          "Upgrade: websocket\r\n"},
        {"an answer at once after all", "GET /now HTTP/1.1\r\nHost: a" END,        END "{}"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene;
        struct client client;

        scene_open(&scene);
        client_open(&client, &scene);
        client_send(&client, cases[i].request);
        client_expect(&client, cases[i].expected);
        assert_non_null(strstr(client.received.data, "Content-Length: "));
        client_close(&client);
        scene_close(&scene);
    }
}

static void a_head_request_gets_the_head_alone(void **state)
{
    struct scene scene;
    struct client client;

    scene_open(&scene);
    client_open(&client, &scene);
    client_send(&client, "HEAD /fail/abc HTTP/1.1\r\nHost: a" END);
    client_expect(&client, END);
    assert_non_null(strstr(client.received.data, "HTTP/1.1 400 Bad Request\r\n"));
    assert_non_null(strstr(client.received.data, "Content-Length: 39\r\n"));
    assert_string_equal(strstr(client.received.data, END), END);
    client_send(&client, "GET /fail/abc HTTP/1.1\r\nHost: a" END);
    client_expect(&client, "abc\"}");
    client_close(&client);
    scene_close(&scene);
}

static void answers_carry_request_ids_if_the_server_is_to(void **state)
{
    struct scene scene;
    struct client client;
    char first[ID_UUID_SIZE];
    const char *at;

    scene_open_with(
        &scene, (struct http_settings){.memory = 16384, .connections = 50, .aws_request_id = true});
    client_open(&client, &scene);
    client_send(&client, POST "0" END);
    client_expect(&client, END);
    at = strstr(client.received.data, "x-amzn-RequestId: ");
    assert_non_null(at);
    memcpy(first, at + strlen("x-amzn-RequestId: "), ID_UUID_SIZE - 1);
    first[ID_UUID_SIZE - 1] = '\0';
    assert_int_equal(strspn(first, "0123456789abcdef-"), ID_UUID_SIZE - 1);

    client_send(&client, POST "0" END);
    client_expect_times(&client, END, 2);
    assert_int_equal(count_of(client.received.data, "x-amzn-RequestId: "), 2);
    assert_int_equal(count_of(client.received.data, first), 1);
    client_close(&client);
    scene_close(&scene);
}

static void an_idle_connection_is_closed(void **state)
{
    struct scene scene;
    struct client silent;
    struct client served;

    scene_open_with(&scene,
                    (struct http_settings){.memory = 16384, .connections = 50, .idle_seconds = 1});
    client_open(&silent, &scene);
    client_open(&served, &scene);
    client_send(&served, POST "0" END);
    client_expect(&served, "HTTP/1.1 200 OK");
    client_expect_end(&silent);
    client_expect_end(&served);
    assert_int_equal(silent.received.size, 0);
    client_close(&silent);
    client_close(&served);
    scene_close(&scene);
}

static void a_connection_too_many_is_closed(void **state)
{
    struct scene scene;
    struct client first;
    int pair[2];

    scene_open_with(&scene, (struct http_settings){.memory = 16384, .connections = 1});
    client_open(&first, &scene);
    make_tcp_pair(pair);
    assert_true(http_server_add(scene.server, pair[1], NULL, 0, NULL) < 0);
    assert_int_equal(fcntl(pair[1], F_GETFD), -1);
    assert_int_equal(http_server_connection_count(scene.server), 1);
    close(pair[0]);

    client_leave(&first);
    scene_run_until(&scene, scene_has_none_left);
    client_open(&first, &scene);
    client_send(&first, POST "0" END);
    client_expect(&first, "HTTP/1.1 200 OK");
    client_close(&first);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_reaches_its_operation),
        cmocka_unit_test(a_connection_is_kept_for_the_next_request),
        cmocka_unit_test(pipelined_posts_are_served_in_order),
        cmocka_unit_test(a_dribbled_request_is_served),
        cmocka_unit_test(a_chunked_body_arrives_whole),
        cmocka_unit_test(a_client_that_asks_first_is_told_to_go_on),
        cmocka_unit_test(a_body_that_is_too_large_is_cut_and_its_connection_stays),
        cmocka_unit_test(a_body_without_end_loses_its_connection),
        cmocka_unit_test(ambiguous_requests_are_refused_and_their_connection_closed),
        cmocka_unit_test(what_is_not_a_request_is_refused),
        cmocka_unit_test(a_head_larger_than_the_pool_is_refused),
        cmocka_unit_test(a_head_of_what_aws_allows_is_served),
        cmocka_unit_test(requests_are_shown_as_they_were_sent),
        cmocka_unit_test(a_head_request_gets_the_head_alone),
        cmocka_unit_test(answers_carry_request_ids_if_the_server_is_to),
        cmocka_unit_test(an_idle_connection_is_closed),
        cmocka_unit_test(a_connection_too_many_is_closed),
    };

    return cmocka_run_group_tests_name("http/server", tests, NULL, NULL);
}
