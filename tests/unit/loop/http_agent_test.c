#include "loop/http_agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/http_exchange.h"
#include "loop/loop.h"

#define REQUEST_SIZE_MAX 65536

/* Answers each request on each connection with the same bytes, one connection after the other. */
struct server {
    pthread_t thread;
    int listener;
    int port;
    const char *answer; /* NULL: none, the connection stays open; "": it is closed */
    bool is_endless;    /* the answer's last byte is repeated for ever */
    size_t body_size;   /* of each request */
    int connections;
    int requests;
    char last[REQUEST_SIZE_MAX + 1];
};

struct scene {
    struct loop loop;
    struct http_agent *agent;
    struct server server;
    int wanted;
    int done;
};

struct asker {
    struct http_exchange exchange;
    struct scene *scene;
    struct http_exchange *gives_up;
    bool asks_again;
};

static bool read_request(struct server *server, int connection)
{
    size_t size = 0;
    char *end   = NULL;

    while (size < REQUEST_SIZE_MAX) {
        ssize_t count = read(connection, server->last + size, REQUEST_SIZE_MAX - size);

        if (count <= 0)
            return false;
        size += (size_t)count;
        server->last[size] = '\0';
        end                = strstr(server->last, "\r\n\r\n");
        if (end && size >= (size_t)(end + 4 - server->last) + server->body_size)
            return true;
    }
    return false;
}

static bool send_all(int connection, const char *data, size_t size)
{
    return send(connection, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool answer(struct server *server, int connection)
{
    size_t size = strlen(server->answer);

    if (size == 0 || !send_all(connection, server->answer, size))
        return false;
    while (server->is_endless) {
        if (!send_all(connection, server->answer + size - 1, 1))
            return false;
    }
    return true;
}

static void *serve(void *context)
{
    struct server *server = context;
    int connection;

    while ((connection = accept(server->listener, NULL, NULL)) >= 0) {
        server->connections++;
        while (read_request(server, connection)) {
            server->requests++;
            if (server->answer &&
                (!answer(server, connection) || strstr(server->answer, "Connection: close")))
                break;
        }
        close(connection);
    }
    return NULL;
}

static void server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 16), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void scene_open(struct scene *scene, const char *reply)
{
    memset(scene, 0, sizeof *scene);
    assert_int_equal(loop_init(&scene->loop), 0);
    scene->agent         = http_agent_new(&scene->loop, NULL);
    scene->server.answer = reply;
    server_start(&scene->server);
}

static void scene_close(struct scene *scene)
{
    http_agent_free(scene->agent);
    shutdown(scene->server.listener, SHUT_RDWR);
    pthread_join(scene->server.thread, NULL);
    close(scene->server.listener);
    loop_deinit(&scene->loop);
}

static void on_done(struct http_exchange *exchange);

static void ask(struct asker *asker, const struct http_exchange_request *request)
{
    SCOPED_MEMORY char *url =
        memory_format("http://127.0.0.1:%d/a/../b?c=%%20d", asker->scene->server.port);
    struct http_exchange_request full = *request;

    full.method = request->method ? request->method : "GET";
    full.url    = request->url ? request->url : url;
    if (!full.timeout_milliseconds)
        full.timeout_milliseconds = 20000;
    if (!full.answer_size_max)
        full.answer_size_max = 1000;
    http_exchange_begin(&asker->exchange, asker->scene->agent, &full, on_done);
}

static void on_done(struct http_exchange *exchange)
{
    struct asker *asker = container_of(exchange, struct asker, exchange);

    asker->scene->done++;
    loop_stop(&asker->scene->loop); /* a timer may have called this, before the turn polls */
    if (asker->gives_up)
        http_exchange_deinit(asker->gives_up);
    if (asker->asks_again) {
        asker->asks_again = false;
        ask(asker, &(struct http_exchange_request){0});
    }
}

static bool is_enough(void *context)
{
    struct scene *scene = context;

    return scene->done >= scene->wanted;
}

static void wait_for(struct scene *scene, int wanted)
{
    scene->wanted = wanted;
    assert_true(loop_run_until(&scene->loop, is_enough, scene, 30000));
    assert_int_equal(scene->done, wanted);
}

#define HELLO "HTTP/1.1 201 Made\r\nContent-Length: 5\r\nX-One:  1 \r\nx-one: 2\r\n\r\nhello"

static void a_request_arrives_as_it_was_made_and_nothing_is_added(void **state)
{
    static const struct http_field fields[] = {
        {"User-Agent", "tester"},
        {"X-Empty",    ""      },
        {"X-Twice",    "1"     },
        {"X-Twice",    "2"     }
    };
    struct scene scene;
    struct asker asker = {.scene = &scene};
    char expected[512];

    scene_open(&scene, HELLO);
    scene.server.body_size = 4;
    ask(&asker, &(struct http_exchange_request){.method      = "PUT",
                                                .fields      = fields,
                                                .field_count = ARRAY_SIZE(fields),
                                                .body        = "b\0dy",
                                                .body_size   = 4});
    assert_int_equal(scene.done, 0);
    wait_for(&scene, 1);
    snprintf(expected, sizeof expected,
             "PUT /a/../b?c=%%20d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: tester\r\n"
             "X-Empty:\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 4\r\n\r\nb",
             scene.server.port);
    assert_string_equal(scene.server.last, expected);
    http_exchange_deinit(&asker.exchange);
    scene_close(&scene);
}

static void an_answer_has_status_fields_and_body(void **state)
{
    struct scene scene;
    struct asker asker = {.scene = &scene};
    size_t size;

    scene_open(&scene, "HTTP/1.1 103 Early\r\nX-One: 0\r\n\r\n" HELLO);
    ask(&asker, &(struct http_exchange_request){0});
    wait_for(&scene, 1);
    assert_int_equal(asker.exchange.result, HTTP_EXCHANGE_ANSWERED);
    assert_int_equal(asker.exchange.status, 201);
    assert_string_equal(text_string(&asker.exchange.body), "hello");
    assert_string_equal(text_string(&asker.exchange.error), "");
    assert_memory_equal(http_exchange_field(&asker.exchange, "X-ONE", 0, &size), "1", 1);
    assert_int_equal(size, 1);
    assert_memory_equal(http_exchange_field(&asker.exchange, "x-one", 1, &size), "2", 1);
    assert_null(http_exchange_field(&asker.exchange, "x-one", 2, &size));
    assert_null(http_exchange_field(&asker.exchange, "x", 0, &size));
    http_exchange_deinit(&asker.exchange);
    http_exchange_deinit(&asker.exchange);
    scene_close(&scene);
}

static void a_connection_is_used_again(void **state)
{
    struct scene scene;
    struct asker asker = {.scene = &scene, .asks_again = true};

    scene_open(&scene, HELLO);
    ask(&asker, &(struct http_exchange_request){0});
    wait_for(&scene, 2);
    assert_int_equal(asker.exchange.status, 201);
    assert_string_equal(text_string(&asker.exchange.body), "hello");
    assert_int_equal(scene.server.requests, 2);
    assert_int_equal(scene.server.connections, 1);
    http_exchange_deinit(&asker.exchange);
    scene_close(&scene);
}

static void each_way_to_fail_has_its_result(void **state)
{
    static const struct http_field broken[] = {
        {"X-Broken", "a\r\nEvil: 1"}
    };
    static const struct {
        const char *what;
        const char *answer;
        bool is_endless;
        struct http_exchange_request request;
        enum http_exchange_result expected;
    } cases[] = {
        {"slow",         NULL,                       false, {.timeout_milliseconds = 50},         HTTP_EXCHANGE_TIMED_OUT},
        {"closed",       "",                         false, {0},                                  HTTP_EXCHANGE_FAILED   },
        {"not HTTP",     "SSH-2.0-x\r\n",            false, {0},                                  HTTP_EXCHANGE_FAILED   },
        {"big",          HELLO,                      false, {.answer_size_max = 4},               HTTP_EXCHANGE_TOO_LARGE},
        {"just not big", HELLO,                      false, {.answer_size_max = 5},               HTTP_EXCHANGE_ANSWERED },
        {"endless",      "HTTP/1.1 200 OK\r\n\r\nx", true,  {0},                                  HTTP_EXCHANGE_TOO_LARGE},
        {"endless head", "HTTP/1.1 200 OK\r\nX: x",  true,  {0},                                  HTTP_EXCHANGE_TOO_LARGE},
        {"a file",       NULL,                       false, {.url = "file:///etc/hostname"},      HTTP_EXCHANGE_NOT_SENT },
        {"no URL",       NULL,                       false, {.url = "http://"},                   HTTP_EXCHANGE_NOT_SENT },
        {"a blank",      NULL,                       false, {.url = "http://localhost/a b"},      HTTP_EXCHANGE_NOT_SENT },
        {"nobody",       NULL,                       false, {.url = "http://127.0.0.1:1/"},       HTTP_EXCHANGE_NOBODY   },
        {"smuggling",    NULL,                       false, {.fields = broken, .field_count = 1}, HTTP_EXCHANGE_NOT_SENT },
        {"a method",     NULL,                       false, {.method = "GET / HTTP/1.0\r\n"},     HTTP_EXCHANGE_NOT_SENT },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene;
        struct asker asker = {.scene = &scene};

        scene_open(&scene, cases[i].answer);
        scene.server.is_endless = cases[i].is_endless;
        ask(&asker, &cases[i].request);
        assert_int_equal(scene.done, 0);
        wait_for(&scene, 1);
        if (asker.exchange.result != cases[i].expected)
            fail_msg("%s: %d, %s", cases[i].what, (int)asker.exchange.result,
                     text_string(&asker.exchange.error));
        assert_int_equal(asker.exchange.error.size == 0,
                         cases[i].expected == HTTP_EXCHANGE_ANSWERED);
        assert_int_equal(asker.exchange.status,
                         cases[i].expected == HTTP_EXCHANGE_ANSWERED ? 201 : 0);
        http_exchange_deinit(&asker.exchange);
        scene_close(&scene);
    }
}

static void an_exchange_that_is_given_up_stays_silent(void **state)
{
    struct scene scene;
    struct asker first  = {.scene = &scene};
    struct asker second = {.scene = &scene};
    struct asker third  = {.scene = &scene};

    scene_open(&scene, HELLO);
    first.gives_up = &second.exchange;
    third.gives_up = &third.exchange;
    ask(&first, &(struct http_exchange_request){0});
    ask(&second, &(struct http_exchange_request){.url = "http://127.0.0.1:1/x\r\n"});
    http_exchange_deinit(&second.exchange);
    /* The server has time for one connection. */
    ask(&second, &(struct http_exchange_request){0});
    wait_for(&scene, 1);
    ask(&third, &(struct http_exchange_request){0});
    wait_for(&scene, 2);
    assert_false(loop_run_until(&scene.loop, is_enough, &(struct scene){.wanted = 1}, 20));
    http_exchange_deinit(&first.exchange);
    scene_close(&scene);
}

static void an_agent_may_go_while_exchanges_are_under_way(void **state)
{
    struct scene scene;
    struct asker asker = {.scene = &scene};
    struct asker bad   = {.scene = &scene};

    scene_open(&scene, NULL);
    ask(&asker, &(struct http_exchange_request){0});
    ask(&bad, &(struct http_exchange_request){.url = "x"});
    while (!scene.server.requests)
        uv_run(&scene.loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(scene.done, 1);
    ask(&bad, &(struct http_exchange_request){.url = "x"});
    scene_close(&scene);
    http_exchange_deinit(&asker.exchange);
    http_exchange_deinit(&bad.exchange);
}

static void many_at_once_are_all_answered(void **state)
{
    enum { MANY = 200 };
    struct scene scene;
    struct asker *askers = calloc(MANY, sizeof *askers);

    scene_open(&scene, "HTTP/1.1 204 No\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < MANY; i++) {
        askers[i].scene = &scene;
        ask(&askers[i], &(struct http_exchange_request){0});
    }
    wait_for(&scene, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(askers[i].exchange.status, 204);
        http_exchange_deinit(&askers[i].exchange);
    }
    free(askers);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_arrives_as_it_was_made_and_nothing_is_added),
        cmocka_unit_test(an_answer_has_status_fields_and_body),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(each_way_to_fail_has_its_result),
        cmocka_unit_test(an_exchange_that_is_given_up_stays_silent),
        cmocka_unit_test(an_agent_may_go_while_exchanges_are_under_way),
        cmocka_unit_test(many_at_once_are_all_answered),
    };

    return cmocka_run_group_tests_name("loop/http_agent", tests, NULL, NULL);
}
