#pragma once

/*
 * What tests of the front share: a front on a free port with a loop, and clients, plain and TLS,
 * that live on the same loop. Whatever the front hands on is noted in the scene.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/certificates.h"
#include "front/front.h"
#include "http/plain_answer.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"

#define DEADLINE_MILLISECONDS 10000
#define UPGRADE                                                                                    \
    "GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"        \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

struct scene {
    struct loop loop;
    struct alarms alarms;
    struct plain_answers *answers;
    struct certificates *certificates;
    struct front *front;
    char folder[64];

    int upgrade_count;
    struct arrival *arrival; /* the last upgrade's */
    bool drops_upgrades;
    int request_count;
    int request;           /* the last request's socket */
    uint16_t request_port; /* of its client */
    int left_count;
    bool drops_who_left;
    int kept;            /* descriptors of others */
    unsigned room_count; /* times that the front asked for room */
};

struct client {
    struct poller poller;
    struct loop *loop;
    int socket;
    SSL *ssl; /* NULL: plain */
    struct text to_send;
    size_t sent; /* of to_send */
    struct text received;
    bool reads_nothing;
    bool has_ended;   /* nothing more comes */
    bool is_broken;   /* not even the end */
    bool was_told_so; /* by TLS */
};

static inline void on_upgrade(void *owner, struct arrival *arrival)
{
    struct scene *scene = owner;

    scene->upgrade_count++;
    scene->arrival = arrival;
    if (scene->drops_upgrades)
        arrival_drop(arrival);
}

static inline void on_request(void *owner, int socket, const struct sockaddr *peer,
                              socklen_t peer_size)
{
    struct scene *scene = owner;

    scene->request_count++;
    scene->request      = socket;
    scene->request_port = ntohs(((const struct sockaddr_in *)peer)->sin_port);
}

static inline void on_left(void *owner)
{
    struct scene *scene = owner;

    scene->left_count++;
    if (scene->drops_who_left)
        arrival_drop(scene->arrival);
}

static inline int kept_in_use(void *owner)
{
    const struct scene *scene = owner;

    return scene->kept;
}

static inline void make_room(void *owner)
{
    struct scene *scene = owner;

    scene->room_count++;
}

static inline struct front_settings scene_settings(struct scene *scene)
{
    return (struct front_settings){
        .loop         = &scene->loop,
        .alarms       = &scene->alarms,
        .answers      = scene->answers,
        .certificates = scene->certificates,
        .host         = "localhost",
        .on_upgrade   = on_upgrade,
        .on_request   = on_request,
        .kept_in_use  = kept_in_use,
        .make_room    = make_room,
        .owner        = scene,
    };
}

/* Another front in place of the scene's, with little patience. */
static inline void scene_make_impatient(struct scene *scene)
{
    struct front_settings settings = scene_settings(scene);

    front_close(scene->front);
    settings.patience_milliseconds = 300;
    scene->front                   = front_open(&settings);
    assert_non_null(scene->front);
}

static inline int scene_open(void **state)
{
    struct scene *scene = NEW(struct scene);
    struct front_settings settings;

    signal(SIGPIPE, SIG_IGN);
    snprintf(scene->folder, sizeof scene->folder, "/tmp/front-test-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
    scene->answers      = plain_answers_new(&scene->loop);
    scene->certificates = certificates_open(scene->folder);
    assert_non_null(scene->certificates);
    settings     = scene_settings(scene);
    scene->front = front_open(&settings);
    assert_non_null(scene->front);
    scene->request = -1;
    *state         = scene;
    return 0;
}

static inline int scene_close(void **state)
{
    struct scene *scene = *state;

    front_close(scene->front);
    plain_answers_free(scene->answers);
    unlink(certificates_bundle_file(scene->certificates));
    unlink(certificates_ca_file(scene->certificates));
    certificates_close(scene->certificates);
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
    assert_int_equal(chdir(scene->folder), 0);
    unlink("ca-key.pem");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(scene->folder), 0);
    free(scene);
    return 0;
}

/* Runs the loop until condition(context) is true; fails the test if it never is. */
#define RUN_UNTIL(scene, condition, context)                                                       \
    assert_true(loop_run_until(&(scene)->loop, condition, context, DEADLINE_MILLISECONDS))

static inline bool has_upgrade(void *context)
{
    return ((struct scene *)context)->upgrade_count > 0;
}

static inline bool has_request(void *context)
{
    return ((struct scene *)context)->request_count > 0;
}

static inline bool somebody_left(void *context)
{
    return ((struct scene *)context)->left_count > 0;
}

/* What is there to be done now; waits for nothing. */
static inline void run_what_is_ready(struct scene *scene)
{
    for (int turn = 0; turn < 4; turn++)
        uv_run(&scene->loop.uv, UV_RUN_NOWAIT);
}

static inline void client_watch(struct client *client);

static inline bool client_has_sent_all(void *context)
{
    struct client *client = context;

    return client->sent == client->to_send.size;
}

static inline void client_write(struct client *client)
{
    while (!client_has_sent_all(client)) {
        const char *data = client->to_send.data + client->sent;
        size_t size      = client->to_send.size - client->sent;
        size_t done      = 0;

        if (client->ssl) {
            if (SSL_write_ex(client->ssl, data, size, &done) != 1)
                return;
        } else {
            ssize_t result = send(client->socket, data, size, MSG_NOSIGNAL);

            if (result < 0)
                return;
            done = (size_t)result;
        }
        client->sent += done;
    }
}

/* True if something came. */
static inline bool client_read(struct client *client)
{
    char piece[16384];
    ssize_t size;

    if (!client->ssl) {
        size = recv(client->socket, piece, sizeof piece, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN))
            client->has_ended = true;
        client->is_broken = client->is_broken || (size < 0 && errno != EAGAIN);
    } else {
        size = SSL_read(client->ssl, piece, sizeof piece);
        switch (SSL_get_error(client->ssl, (int)size)) {
        case SSL_ERROR_NONE:
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            break;
        case SSL_ERROR_ZERO_RETURN:
            client->has_ended   = true;
            client->was_told_so = true;
            break;
        default:
            client->has_ended = true;
            client->is_broken = true;
        }
    }
    if (size > 0)
        text_append(&client->received, piece, (size_t)size);
    return size > 0;
}

static inline void client_on_ready(struct poller *poller, unsigned events)
{
    struct client *client = container_of(poller, struct client, poller);

    client_write(client);
    while (!client->reads_nothing && !client->has_ended && client_read(client))
        continue;
    client_watch(client);
}

static inline void client_watch(struct client *client)
{
    unsigned events = (!client_has_sent_all(client) && !client->has_ended ? POLLER_WRITE : 0) |
                      (client->has_ended || client->reads_nothing ? 0 : POLLER_READ);

    /* A handshake reads before it writes. */
    if (client->ssl && !SSL_is_init_finished(client->ssl) && !client->has_ended)
        events = POLLER_READ;
    if (events)
        poller_start(client->loop, &client->poller, client->socket, events, client_on_ready);
    else
        poller_stop(&client->poller);
}

static inline void client_connect(struct client *client, struct scene *scene)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr   = {htonl(INADDR_LOOPBACK)},
        .sin_port   = htons(front_port(scene->front)),
    };

    *client = (struct client){.loop = &scene->loop, .socket = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(connect(client->socket, (struct sockaddr *)&address, sizeof address), 0);
    client_watch(client);
}

/* name is what the server is asked for and expected to be. */
static inline void client_connect_by_tls(struct client *client, struct scene *scene,
                                         const char *name, const char *protocols)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    client_connect(client, scene);
    SSL_CTX_load_verify_file(context, certificates_ca_file(scene->certificates));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    client->ssl = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(client->ssl, client->socket);
    SSL_set_connect_state(client->ssl);
    if (protocols)
        SSL_set_alpn_protos(client->ssl, (const unsigned char *)protocols,
                            (unsigned)strlen(protocols));
    if (name) {
        SSL_ctrl(client->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 (char *)(uintptr_t)name);
        SSL_set1_host(client->ssl, name);
    }
    SSL_do_handshake(client->ssl);
}

static inline void client_send(struct client *client, const char *data, size_t size)
{
    text_append(&client->to_send, data, size);
    client_write(client);
    client_watch(client);
}

static inline void client_send_string(struct client *client, const char *string)
{
    client_send(client, string, strlen(string));
}

static inline bool client_has_ended(void *context)
{
    return ((struct client *)context)->has_ended;
}

static inline void client_close(struct client *client)
{
    poller_stop(&client->poller);
    SSL_free(client->ssl);
    close(client->socket);
    text_deinit(&client->to_send);
    text_deinit(&client->received);
}

static inline uint16_t client_port(const struct client *client)
{
    struct sockaddr_in address = {0};
    socklen_t size             = sizeof address;

    getsockname(client->socket, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* What waits in the socket now, as a string. */
static inline const char *peek_all(int socket, char *buffer, size_t size)
{
    ssize_t got = recv(socket, buffer, size - 1, MSG_PEEK | MSG_DONTWAIT);

    buffer[got > 0 ? got : 0] = '\0';
    return buffer;
}

static inline bool text_begins_with(const struct text *text, const char *beginning)
{
    return strncmp(text_string(text), beginning, strlen(beginning)) == 0;
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)
