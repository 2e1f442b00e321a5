#include "front/tls.h"

#include "front/front_scene.h"

#include <openssl/err.h>

#define BULK_SIZE ((size_t)12 * 1024 * 1024) /* far more than all buffers hold */

/* A TLS client whose upgrade has arrived; returns the plain end. */
static int open_relayed(struct scene *scene, struct client *client)
{
    client_connect_by_tls(client, scene, "localhost", NULL);
    client_send_string(client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    return arrival_take(scene->arrival);
}

/* The plain end as a client of its own, so that the loop reads and writes it. */
static void use_plain_end(struct client *end, struct scene *scene, int socket)
{
    *end = (struct client){.loop = &scene->loop, .socket = socket};
    client_watch(end);
}

static bool has_received_bulk(void *context)
{
    return ((struct client *)context)->received.size >= BULK_SIZE;
}

static bool has_received_something(void *context)
{
    return ((struct client *)context)->received.size > 0;
}

static void make_bulk(struct text *bulk)
{
    for (unsigned i = 0; bulk->size < BULK_SIZE; i++)
        text_append(bulk, &i, sizeof i);
}

static void an_upgrade_by_tls_arrives_as_a_plain_one_does(void **state)
{
    struct scene *scene = *state;
    const unsigned char *protocol;
    unsigned protocol_size;
    struct client client;
    struct client end;

    client_connect_by_tls(&client, scene, "abc.execute-api.us-east-1.amazonaws.com",
                          "\x02h2\x08http/1.1");
    client_send_string(&client, UPGRADE "frame");
    RUN_UNTIL(scene, has_upgrade, scene);
    assert_string_equal(arrival_head(scene->arrival)->target, "/dev");
    assert_string_equal(arrival_source_ip(scene->arrival), "127.0.0.1");
    assert_true(arrival_is_secure(scene->arrival));
    SSL_get0_alpn_selected(client.ssl, &protocol, &protocol_size);
    assert_int_equal(protocol_size, strlen("http/1.1"));
    assert_memory_equal(protocol, "http/1.1", protocol_size);

    use_plain_end(&end, scene, arrival_take(scene->arrival));
    RUN_UNTIL(scene, has_received_something, &end);
    assert_string_equal(text_string(&end.received), "frame");
    client_send_string(&end, "answer");
    RUN_UNTIL(scene, has_received_something, &client);
    assert_string_equal(text_string(&client.received), "answer");
    client_close(&end);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(client.was_told_so);
    client_close(&client);
}

static void a_request_by_tls_is_handed_on_with_its_real_peer(void **state)
{
    static const char request[] = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nbegin";
    struct scene *scene         = *state;
    struct client client;
    char buffer[128];

    client_connect_by_tls(&client, scene, NULL, NULL);
    client_send_string(&client, request);
    RUN_UNTIL(scene, has_request, scene);
    assert_int_equal(scene->request_port, client_port(&client));
    assert_string_equal(peek_all(scene->request, buffer, sizeof buffer), request);
    close(scene->request);
    client_close(&client);
}

static void a_head_may_come_in_many_small_records(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect_by_tls(&client, scene, "localhost", NULL);
    for (size_t i = 0; i < strlen(UPGRADE); i++) {
        client_send(&client, &UPGRADE[i], 1);
        run_what_is_ready(scene);
    }
    RUN_UNTIL(scene, has_upgrade, scene);
    assert_int_equal(arrival_head(scene->arrival)->size, strlen(UPGRADE));
    arrival_drop(scene->arrival);
    client_close(&client);
}

static void a_head_by_tls_may_be_too_large(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT head    = {0};
    struct client client;

    text_append_string(&head, "GET / HTTP/1.1\r\nA: ");
    while (head.size < REQUEST_HEAD_SIZE_MAX * 2)
        text_append_character(&head, 'a');
    client_connect_by_tls(&client, scene, "localhost", NULL);
    client_send(&client, head.data, head.size);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(text_begins_with(&client.received, "HTTP/1.1 431 "));
    assert_true(client.was_told_so);
    client_close(&client);
}

static void much_data_comes_through_to_a_side_that_begins_to_read_late(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT bulk    = {0};
    struct client client;
    struct client end;
    int plain;

    make_bulk(&bulk);
    plain = open_relayed(scene, &client);
    client_send(&client, bulk.data, bulk.size);
    run_what_is_ready(scene);
    assert_true(!client_has_sent_all(&client)); /* nobody reads it, and nobody swallows it all */
    use_plain_end(&end, scene, plain);
    RUN_UNTIL(scene, has_received_bulk, &end);
    assert_int_equal(end.received.size, bulk.size);
    assert_memory_equal(end.received.data, bulk.data, bulk.size);

    client.reads_nothing = true;
    client_send(&end, bulk.data, bulk.size);
    run_what_is_ready(scene);
    assert_true(!client_has_sent_all(&end));
    client.reads_nothing = false;
    client_watch(&client);
    RUN_UNTIL(scene, has_received_bulk, &client);
    assert_int_equal(client.received.size, bulk.size);
    assert_memory_equal(client.received.data, bulk.data, bulk.size);
    client_close(&end);
    client_close(&client);
}

static void much_data_comes_through_both_ways_at_once_and_to_its_end(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT bulk    = {0};
    struct client client;
    struct client end;

    make_bulk(&bulk);
    use_plain_end(&end, scene, open_relayed(scene, &client));
    client_send(&client, bulk.data, bulk.size);
    client_send(&end, bulk.data, bulk.size);
    RUN_UNTIL(scene, has_received_bulk, &end);
    RUN_UNTIL(scene, client_has_sent_all, &end);
    client_close(&end); /* the last of it may still be on its way */
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(client.was_told_so);
    assert_int_equal(client.received.size, bulk.size);
    assert_memory_equal(client.received.data, bulk.data, bulk.size);
    client_close(&client);
}

static void a_client_that_has_said_everything_may_still_listen(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct client end;

    use_plain_end(&end, scene, open_relayed(scene, &client));
    assert_int_equal(SSL_shutdown(client.ssl), 0);
    RUN_UNTIL(scene, client_has_ended, &end);
    assert_false(end.is_broken);
    assert_int_equal(send(end.socket, "bye", 3, MSG_NOSIGNAL), 3);
    client_close(&end);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_string_equal(text_string(&client.received), "bye");
    assert_true(client.was_told_so);
    client_close(&client);
}

static void a_client_that_dies_ends_the_plain_side(void **state)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct scene *scene                = *state;
    struct client client;
    struct client end;

    use_plain_end(&end, scene, open_relayed(scene, &client));
    setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); /* a reset */
    client_close(&client);
    RUN_UNTIL(scene, client_has_ended, &end);
    client_close(&end);
}

static void who_waits_for_an_upgrade_is_told_that_its_tls_client_left(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect_by_tls(&client, scene, "localhost", NULL);
    client_send_string(&client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);
    client_close(&client);
    RUN_UNTIL(scene, somebody_left, scene);
    arrival_drop(scene->arrival);
}

static void what_only_begins_like_tls_is_closed(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *sent;
        size_t size;
    } cases[] = {
        {"HTTP behind the first byte",   "\x16GET / HTTP/1.1\r\n\r\n",               19},
        {"a hello that is no hello",     "\x16\x03\x01\x00\x05" "hello",             10},
        {"a record that is too long",    "\x16\x03\x01\xff\xff" "hello",             10},
    };
    /* clang-format on */
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct client client;

        client_connect(&client, scene);
        client_send(&client, cases[i].sent, cases[i].size);
        if (!loop_run_until(&scene->loop, client_has_ended, &client, DEADLINE_MILLISECONDS))
            fail_msg("%s: not closed", cases[i].what);
        /* An alert at most. */
        if (client.received.size > 0 && client.received.data[0] != 0x15)
            fail_msg("%s: an answer", cases[i].what);
        client_close(&client);
    }
    assert_int_equal(scene->upgrade_count + scene->request_count, 0);
}

static void tls_within_tls_is_closed(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect_by_tls(&client, scene, "localhost", NULL);
    client_send_string(&client, "\x16\x03\x01");
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_int_equal(client.received.size, 0);
    assert_int_equal(scene->upgrade_count + scene->request_count, 0);
    client_close(&client);
}

static void a_handshake_that_cannot_succeed_ends_with_an_alert(void **state)
{
    static const struct {
        const char *what;
        const char *name;
        const char *protocols;
        int alert;
    } cases[] = {
        {"only HTTP/2",               "localhost",     "\x02h2", SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL},
        {"a name that no server has", "*.example.com", NULL,     SSL_R_TLSV1_UNRECOGNIZED_NAME            },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct client client;
        int alert;

        ERR_clear_error();
        client_connect_by_tls(&client, scene, cases[i].name, cases[i].protocols);
        RUN_UNTIL(scene, client_has_ended, &client);
        alert = ERR_GET_REASON(ERR_peek_error());
        if (alert != cases[i].alert)
            fail_msg("%s: %s", cases[i].what, ERR_reason_error_string(ERR_peek_error()));
        client_close(&client);
    }
}

static void a_handshake_that_does_not_go_on_is_closed_without_a_word(void **state)
{
    static const size_t sizes[] = {1, 5, 100};
    struct scene *scene         = *state;
    struct client clients[ARRAY_SIZE(sizes)];
    char hello[1024] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

    scene_make_impatient(scene);
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        client_connect(&clients[i], scene);
        client_send(&clients[i], hello, sizes[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        RUN_UNTIL(scene, client_has_ended, &clients[i]);
        assert_int_equal(clients[i].received.size, 0);
        client_close(&clients[i]);
    }
}

static void a_request_by_tls_that_does_not_go_on_times_out(void **state)
{
    struct scene *scene = *state;
    struct client silent;
    struct client client;

    scene_make_impatient(scene);
    client_connect_by_tls(&silent, scene, "localhost", NULL);
    client_connect_by_tls(&client, scene, "localhost", NULL);
    client_send_string(&client, "GET / HTTP/1.1\r\n");
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(text_begins_with(&client.received, "HTTP/1.1 408 "));
    RUN_UNTIL(scene, client_has_ended, &silent);
    assert_int_equal(silent.received.size, 0);
    client_close(&client);
    client_close(&silent);
}

static void without_certificates_there_is_no_tls(void **state)
{
    struct scene *scene            = *state;
    struct front_settings settings = scene_settings(scene);
    struct client client;

    front_close(scene->front);
    settings.certificates = NULL;
    scene->front          = front_open(&settings);
    client_connect(&client, scene);
    client_send_string(&client, "\x16\x03\x01");
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_int_equal(client.received.size, 0);
    client_close(&client);
}

static void closing_sends_what_was_written_and_ends_every_phase(void **state)
{
    struct scene *scene = *state;
    struct client handshaking;
    struct client undecided;
    struct client relayed;
    char buffer[8];
    int plain;

    client_connect(&handshaking, scene);
    client_send_string(&handshaking, "\x16\x03\x01");
    client_connect_by_tls(&undecided, scene, "localhost", NULL);
    client_send_string(&undecided, "GET / HTTP/1.1\r\n");
    plain = open_relayed(scene, &relayed);
    assert_int_equal(send(plain, "last words", 10, MSG_NOSIGNAL), 10);

    front_close(scene->front);
    scene->front = NULL;
    RUN_UNTIL(scene, client_has_ended, &relayed);
    assert_string_equal(text_string(&relayed.received), "last words");
    assert_true(relayed.was_told_so);
    RUN_UNTIL(scene, client_has_ended, &handshaking);
    RUN_UNTIL(scene, client_has_ended, &undecided);
    assert_int_equal(recv(plain, buffer, sizeof buffer, 0), 0);
    close(plain);
    client_close(&handshaking);
    client_close(&undecided);
    client_close(&relayed);
}

static void many_clients_at_once_are_all_served(void **state)
{
    struct scene *scene = *state;
    struct client clients[100];

    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        client_connect_by_tls(&clients[i], scene, NULL, NULL);
        client_send_string(&clients[i], "GET / HTTP/2.0\r\n"); /* a head that doesn't end */
    }
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        scene->request_count = 0;
        client_send_string(&clients[i], "\r\n");
        RUN_UNTIL(scene, has_request, scene);
        assert_int_equal(scene->request_port, client_port(&clients[i]));
        close(scene->request);
        client_close(&clients[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(an_upgrade_by_tls_arrives_as_a_plain_one_does),
        IN_SCENE(a_request_by_tls_is_handed_on_with_its_real_peer),
        IN_SCENE(a_head_may_come_in_many_small_records),
        IN_SCENE(a_head_by_tls_may_be_too_large),
        IN_SCENE(much_data_comes_through_to_a_side_that_begins_to_read_late),
        IN_SCENE(much_data_comes_through_both_ways_at_once_and_to_its_end),
        IN_SCENE(a_client_that_has_said_everything_may_still_listen),
        IN_SCENE(a_client_that_dies_ends_the_plain_side),
        IN_SCENE(who_waits_for_an_upgrade_is_told_that_its_tls_client_left),
        IN_SCENE(what_only_begins_like_tls_is_closed),
        IN_SCENE(tls_within_tls_is_closed),
        IN_SCENE(a_handshake_that_cannot_succeed_ends_with_an_alert),
        IN_SCENE(a_handshake_that_does_not_go_on_is_closed_without_a_word),
        IN_SCENE(a_request_by_tls_that_does_not_go_on_times_out),
        IN_SCENE(without_certificates_there_is_no_tls),
        IN_SCENE(closing_sends_what_was_written_and_ends_every_phase),
        IN_SCENE(many_clients_at_once_are_all_served),
    };

    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
