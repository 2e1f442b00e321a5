#pragma once

/*
 * A server on a real loop, and clients on real sockets: what they write is served while the scene
 * waits for what they should get. Everything happens in one thread.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "http/call.h"
#include "http/server.h"
#include "loop/loop.h"

#define SCENE_BODY_SIZE_MAX 1000
#define SCENE_MILLISECONDS  5000

struct scene {
    struct loop loop;
    struct http_server *server;
    struct text seen;     /* what handlers saw, a line for each call */
    struct call *waiting; /* the last call whose answer is due later */
    unsigned waiting_count;
    unsigned gone_count;
    unsigned left_count;
};

struct client {
    struct scene *scene;
    int socket; /* -1: closed by this side */
    struct text received;
    bool is_ended;         /* the server has closed */
    const char *wanted;    /* what client_expect() waits for */
    unsigned wanted_count; /* how often it must be there */
};

static inline enum outcome scene_echo(struct call *call)
{
    size_t size;
    const char *body = call_body(call, &size);

    return reply_text(call, 200, "text/plain", body, size);
}

static inline enum outcome scene_post(struct call *call)
{
    struct scene *scene = call_owner(call);
    size_t size;
    const char *body = call_body(call, &size);

    text_append_format(&scene->seen, "%s %s %s %.*s\n", call_operation(call),
                       call_path(call, "connectionId"), (const char *)call_client(call),
                       (int)(size < 40 ? size : 40), body);
    return reply_empty(call, 200);
}

static inline void scene_on_gone(void *owner)
{
    struct scene *scene = owner;

    scene->gone_count++;
    scene->waiting = NULL;
}

static inline enum outcome scene_wait(struct call *call)
{
    struct scene *scene = call_owner(call);

    scene->waiting = call;
    scene->waiting_count++;
    return reply_later(call, scene_on_gone, scene);
}

static inline enum outcome scene_wait_for_nothing(struct call *call)
{
    reply_later(call, scene_on_gone, call_owner(call));
    return reply_json(call, 200, "{}", 2);
}

static inline enum outcome scene_describe(struct call *call)
{
    const char *header = call_header(call, "x-question");
    const char *query  = call_query(call, "q");
    SCOPED_TEXT out    = {0};

    text_append_format(&out, "%s %s header=%s q=%s", call_method(call), call_target(call),
                       header ? header : "none", query ? query : "none");
    call_add_header(call, "X-First", "1");
    call_add_header(call, "X-Second", "2");
    return reply_json(call, 200, text_string(&out), out.size);
}

static inline enum outcome scene_size(struct call *call)
{
    SCOPED_TEXT out = {0};
    size_t size;

    call_body(call, &size);
    text_append_format(&out, "size=%zu", size);
    return reply_text(call, size > SCENE_BODY_SIZE_MAX ? 413 : 200, "text/plain", out.data,
                      out.size);
}

static inline enum outcome scene_fail(struct call *call)
{
    return reply_error(call, AWS_INVALID_CONNECTION_ID, call_path(call, "id"));
}

static inline enum outcome scene_gone(struct call *call)
{
    return reply_error(call, AWS_GONE, NULL);
}

static inline enum outcome scene_upgrade(struct call *call)
{
    return reply_error(call, AWS_UPGRADE_REQUIRED, NULL);
}

static inline enum outcome scene_otherwise(struct call *call)
{
    return reply_text(call, 404, "text/plain", "otherwise", 9);
}

/* clang-format off */
static const struct operation scene_operations[] = {
    {"PostToConnection", "POST",   "/dev/@connections/{connectionId}", scene_post             },
    {"DeleteConnection", "DELETE", "/dev/@connections/{connectionId}", scene_gone             },
    {"Echo",             "POST",   "/echo",                            scene_echo             },
    {"Size",             "POST",   "/size",                            scene_size             },
    {"Describe",         "GET",    "/describe",                        scene_describe         },
    {"Wait",             "GET",    "/wait",                            scene_wait             },
    {"WaitForNothing",   "GET",    "/now",                             scene_wait_for_nothing },
    {"Upgrade",          "GET",    "/upgrade",                         scene_upgrade          },
    {"Fail",             "GET",    "/fail/{id}",                       scene_fail             },
};
/* clang-format on */

static const struct api_table scene_table = {scene_operations, ARRAY_SIZE(scene_operations),
                                             SCENE_BODY_SIZE_MAX};

static inline void scene_resolve(void *owner, struct call *call, struct http_target *target)
{
    target->table     = &scene_table;
    target->path      = call_target(call);
    target->owner     = owner;
    target->otherwise = scene_otherwise;
}

static inline void scene_open_with(struct scene *scene, struct http_settings settings)
{
    *scene = (struct scene){0};
    assert_int_equal(loop_init(&scene->loop), 0);
    settings.resolve = scene_resolve;
    settings.owner   = scene;
    scene->server    = http_server_new(&scene->loop, &settings);
    assert_non_null(scene->server);
}

static inline void scene_open(struct scene *scene)
{
    scene_open_with(scene, (struct http_settings){.memory = 16384, .connections = 50});
}

static inline void scene_close(struct scene *scene)
{
    http_server_free(scene->server);
    loop_deinit(&scene->loop);
    text_deinit(&scene->seen);
}

/* Both ends of a connection on the loopback interface. */
static inline void make_tcp_pair(int pair[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(pair[0], (struct sockaddr *)&address, size), 0);
    pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(pair[1] >= 0);
    close(listener);
}

static inline void client_take(struct client *client, struct scene *scene, const int pair[2])
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *client = (struct client){.scene = scene, .socket = pair[0]};
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    assert_int_equal(http_server_add(scene->server, pair[1], (struct sockaddr *)&peer, sizeof peer,
                                     (void *)(uintptr_t) "client"),
                     0);
}

/* A plain client, by TCP. */
static inline void client_open(struct client *client, struct scene *scene)
{
    int pair[2];

    make_tcp_pair(pair);
    client_take(client, scene, pair);
}

/* What the TLS front makes of a client. */
static inline void client_open_local(struct client *client, struct scene *scene)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    client_take(client, scene, pair);
}

static inline void client_leave(struct client *client)
{
    if (client->socket >= 0)
        close(client->socket);
    client->socket = -1;
}

static inline void client_close(struct client *client)
{
    client_leave(client);
    text_deinit(&client->received);
}

static inline void client_send_bytes(struct client *client, const char *data, size_t size)
{
    assert_int_equal(send(client->socket, data, size, MSG_NOSIGNAL), size);
}

static inline void client_send(struct client *client, const char *string)
{
    client_send_bytes(client, string, strlen(string));
}

static inline void client_read(struct client *client)
{
    char part[16384];
    ssize_t size;

    while ((size = recv(client->socket, part, sizeof part, MSG_DONTWAIT)) > 0)
        text_append(&client->received, part, (size_t)size);
    if (size == 0 || errno == ECONNRESET)
        client->is_ended = true;
}

static inline unsigned count_of(const char *text, const char *wanted)
{
    unsigned count = 0;

    for (const char *at = strstr(text, wanted); at; at = strstr(at + 1, wanted))
        count++;
    return count;
}

static inline bool client_has_what_it_wants(void *context)
{
    struct client *client = context;

    client_read(client);
    return count_of(text_string(&client->received), client->wanted) >= client->wanted_count;
}

static inline bool client_is_ended(void *context)
{
    struct client *client = context;

    client_read(client);
    return client->is_ended;
}

/* Waits until wanted has come count times. */
static inline void client_expect_times(struct client *client, const char *wanted, unsigned count)
{
    client->wanted       = wanted;
    client->wanted_count = count;
    if (!loop_run_until(&client->scene->loop, client_has_what_it_wants, client, SCENE_MILLISECONDS))
        fail_msg("\"%s\" did not come %u times: \"%s\"", wanted, count,
                 text_string(&client->received));
}

static inline void client_expect(struct client *client, const char *wanted)
{
    client_expect_times(client, wanted, 1);
}

static inline void client_expect_end(struct client *client)
{
    if (!loop_run_until(&client->scene->loop, client_is_ended, client, SCENE_MILLISECONDS))
        fail_msg("the server has not closed: \"%s\"", text_string(&client->received));
}

/* Turns of the loop in which nothing is expected to happen. */
static inline void scene_turn(struct scene *scene)
{
    for (unsigned i = 0; i < 20; i++)
        uv_run(&scene->loop.uv, UV_RUN_NOWAIT);
}

static inline bool scene_is_waiting(void *context)
{
    return ((struct scene *)context)->waiting != NULL;
}

static inline bool scene_has_none_left(void *context)
{
    return http_server_connection_count(((struct scene *)context)->server) == 0;
}

static inline void scene_run_until(struct scene *scene, bool (*done)(void *context))
{
    assert_true(loop_run_until(&scene->loop, done, scene, SCENE_MILLISECONDS));
}
