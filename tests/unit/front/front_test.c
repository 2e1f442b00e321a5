#include "front/front_scene.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "http/request_head.h"

static void an_upgrade_arrives_with_its_head_and_nothing_behind_it(void **state)
{
    struct scene *scene = *state;
    char buffer[64];
    struct client client;
    int socket;

    client_connect(&client, scene);
    client_send_string(&client, UPGRADE "first frame");
    RUN_UNTIL(scene, has_upgrade, scene);
    assert_string_equal(arrival_head(scene->arrival)->target, "/dev");
    assert_int_equal(arrival_head(scene->arrival)->size, strlen(UPGRADE));
    assert_string_equal(arrival_source_ip(scene->arrival), "127.0.0.1");
    assert_false(arrival_is_secure(scene->arrival));

    client_send_string(&client, ", second frame");
    run_what_is_ready(scene);
    socket = arrival_take(scene->arrival);
    assert_string_equal(peek_all(socket, buffer, sizeof buffer), "first frame, second frame");
    assert_int_equal(scene->upgrade_count, 1);
    assert_int_equal(scene->request_count, 0);
    close(socket);
    client_close(&client);
}

static void a_head_may_come_byte_by_byte(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect(&client, scene);
    for (size_t i = 0; i < strlen(UPGRADE); i++) {
        assert_int_equal(scene->upgrade_count, 0);
        client_send(&client, &UPGRADE[i], 1);
        run_what_is_ready(scene);
    }
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_drop(scene->arrival);
    RUN_UNTIL(scene, client_has_ended, &client);
    client_close(&client);
}

static void any_other_request_is_handed_on_untouched(void **state)
{
    static const char *const requests[] = {
        "POST /dev/@connections/a HTTP/1.1\r\nContent-Length: 100\r\n\r\nbegin",
        "DELETE /dev/@connections/a HTTP/1.1\r\n\r\n",
        "GET /dev/@connections/a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /",
        "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
        char buffer[256];
        struct client client;

        scene->request_count = 0;
        client_connect(&client, scene);
        client_send_string(&client, requests[i]);
        RUN_UNTIL(scene, has_request, scene);
        assert_int_equal(scene->request_port, client_port(&client));
        assert_string_equal(peek_all(scene->request, buffer, sizeof buffer), requests[i]);
        assert_true(fcntl(scene->request, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(scene->request, F_GETFD) & FD_CLOEXEC);
        close(scene->request);
        client_close(&client);
    }
    assert_int_equal(scene->upgrade_count, 0);
}

static void what_is_no_request_is_answered_and_closed(void **state)
{
    static const struct {
        const char *what;
        const char *sent;
        const char *answer;
    } cases[] = {
        {"garbage",             "\x01\x02\x03\x04",                 "HTTP/1.1 400 "},
        {"HTTP/2",              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 505 "},
        {"a malformed upgrade",
         "GET / HTTP/1.1\r\nBad Header\r\nUpgrade: websocket\r\n"
         "Connection: upgrade\r\n\r\n",                             "HTTP/1.1 400 "},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct client client;

        client_connect(&client, scene);
        client_send_string(&client, cases[i].sent);
        RUN_UNTIL(scene, client_has_ended, &client);
        if (!text_begins_with(&client.received, cases[i].answer) || client.is_broken)
            fail_msg("%s: %s", cases[i].what, text_string(&client.received));
        client_close(&client);
    }
    assert_int_equal(scene->upgrade_count + scene->request_count, 0);
}

static void a_head_that_does_not_end_is_too_large(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT head    = {0};
    struct client client;

    text_append_string(&head, "GET / HTTP/1.1\r\nA: ");
    while (head.size < REQUEST_HEAD_SIZE_MAX - 1)
        text_append_character(&head, 'a');
    client_connect(&client, scene);
    client_send(&client, head.data, head.size);
    run_what_is_ready(scene);
    assert_int_equal(client.received.size, 0);
    client_send_string(&client, "a");
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(text_begins_with(&client.received, "HTTP/1.1 431 "));
    assert_false(client.is_broken);
    client_close(&client);
}

static void a_client_that_says_nothing_is_closed_without_a_word(void **state)
{
    struct scene *scene = *state;
    struct client client;

    scene_make_impatient(scene);
    client_connect(&client, scene);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_int_equal(client.received.size, 0);
    client_close(&client);
}

static void a_request_that_does_not_go_on_times_out(void **state)
{
    struct scene *scene = *state;
    struct client client;

    scene_make_impatient(scene);
    client_connect(&client, scene);
    client_send_string(&client, "GET / HTTP/1.1\r\n");
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(text_begins_with(&client.received, "HTTP/1.1 408 "));
    client_close(&client);
}

static void an_upgrade_that_waits_does_not_time_out(void **state)
{
    struct scene *scene = *state;
    struct client client;
    struct client other;

    scene_make_impatient(scene);
    client_connect(&client, scene);
    client_send_string(&client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);

    client_connect(&other, scene);
    RUN_UNTIL(scene, client_has_ended, &other); /* this one's time is over */
    assert_false(client.has_ended);
    assert_int_equal(scene->left_count, 0);
    arrival_drop(scene->arrival);
    client_close(&client);
    client_close(&other);
}

static void who_waits_for_an_upgrade_is_told_once_that_its_client_left(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect(&client, scene);
    client_send_string(&client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);
    client_send_string(&client, "a frame is no reason");
    run_what_is_ready(scene);
    assert_int_equal(scene->left_count, 0);

    client_close(&client);
    RUN_UNTIL(scene, somebody_left, scene);
    run_what_is_ready(scene);
    assert_int_equal(scene->left_count, 1);
    arrival_drop(scene->arrival);
}

static void a_client_that_left_before_anybody_watched_is_noticed(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect(&client, scene);
    client_send_string(&client, UPGRADE "frame");
    RUN_UNTIL(scene, has_upgrade, scene);
    client_close(&client);
    run_what_is_ready(scene);

    arrival_watch(scene->arrival, on_left, scene);
    assert_int_equal(scene->left_count, 0); /* never before it returns */
    RUN_UNTIL(scene, somebody_left, scene);
    arrival_drop(scene->arrival);
}

static void nobody_is_told_after_the_socket_was_taken(void **state)
{
    struct scene *scene = *state;
    struct client client;
    int socket;

    client_connect(&client, scene);
    client_send_string(&client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);
    client_close(&client);
    socket = arrival_take(scene->arrival);
    run_what_is_ready(scene);
    assert_int_equal(scene->left_count, 0);
    close(socket);
}

static void arrivals_may_be_dropped_from_within_callbacks(void **state)
{
    struct scene *scene = *state;
    struct client first;
    struct client second;

    scene->drops_upgrades = true;
    client_connect(&first, scene);
    client_send_string(&first, UPGRADE);
    RUN_UNTIL(scene, client_has_ended, &first);
    client_close(&first);

    scene->drops_upgrades = false;
    scene->drops_who_left = true;
    scene->upgrade_count  = 0;
    client_connect(&second, scene);
    client_send_string(&second, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);
    client_close(&second);
    RUN_UNTIL(scene, somebody_left, scene);
}

static void an_arrival_outlives_the_front(void **state)
{
    struct scene *scene = *state;
    struct client waiting;
    struct client undecided;

    client_connect(&waiting, scene);
    client_send_string(&waiting, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_watch(scene->arrival, on_left, scene);
    client_connect(&undecided, scene);
    client_send_string(&undecided, "GET / ");
    run_what_is_ready(scene);

    front_close(scene->front);
    scene->front = NULL;
    RUN_UNTIL(scene, client_has_ended, &undecided);
    assert_false(waiting.has_ended);
    assert_string_equal(arrival_head(scene->arrival)->method, "GET");
    arrival_drop(scene->arrival);
    RUN_UNTIL(scene, client_has_ended, &waiting);
    client_close(&waiting);
    client_close(&undecided);
}

static void a_client_that_leaves_amid_its_head_is_forgotten(void **state)
{
    struct scene *scene = *state;
    struct client client;

    client_connect(&client, scene);
    client_send_string(&client, "GET / HTTP/1.1\r\n");
    run_what_is_ready(scene);
    shutdown(client.socket, SHUT_WR);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_int_equal(client.received.size, 0);
    client_close(&client);
}

static void after_a_stop_nobody_is_accepted_and_the_rest_goes_on(void **state)
{
    struct scene *scene        = *state;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr   = {htonl(INADDR_LOOPBACK)},
        .sin_port   = htons(front_port(scene->front)),
    };
    struct client client;
    int late = socket(AF_INET, SOCK_STREAM, 0);

    client_connect(&client, scene);
    client_send_string(&client, "GET ");
    run_what_is_ready(scene);
    front_stop(scene->front);
    assert_int_equal(connect(late, (struct sockaddr *)&address, sizeof address), -1);
    client_send_string(&client, "/ HTTP/1.1\r\n\r\n");
    RUN_UNTIL(scene, has_request, scene);
    close(scene->request);
    close(late);
    client_close(&client);
}

static void localhost_is_both_loopback_addresses(void **state)
{
    struct scene *scene         = *state;
    struct sockaddr_in6 address = {
        .sin6_family = AF_INET6,
        .sin6_addr   = IN6ADDR_LOOPBACK_INIT,
        .sin6_port   = htons(front_port(scene->front)),
    };
    int client              = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 own = address;

    own.sin6_port = 0;
    if (client < 0 || bind(client, (struct sockaddr *)&own, sizeof own) < 0)
        skip(); /* no IPv6 here */
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(client, UPGRADE, strlen(UPGRADE), 0), strlen(UPGRADE));
    RUN_UNTIL(scene, has_upgrade, scene);
    assert_string_equal(arrival_source_ip(scene->arrival), "::1");
    arrival_drop(scene->arrival);
    close(client);
}

/* The log of what happens between the two, as one string. */
static int begin_log(FILE *log)
{
    int standard_error = dup(STDERR_FILENO);

    dup2(fileno(log), STDERR_FILENO);
    return standard_error;
}

static void end_log(int standard_error)
{
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
}

static void a_port_in_use_is_refused_with_its_owner(void **state)
{
    struct scene *scene            = *state;
    struct front_settings settings = scene_settings(scene);
    FILE *log                      = tmpfile();
    char line[512]                 = "";
    char expected[128];
    int standard_error = begin_log(log);

    settings.port = front_port(scene->front);
    assert_null(front_open(&settings));
    end_log(standard_error);
    rewind(log);
    assert_non_null(fgets(line, sizeof line, log));
    fclose(log);
    snprintf(expected, sizeof expected,
             "port %u is in use by front_test (pid %d): stop it, or choose another with --port",
             settings.port, (int)getpid());
    if (!strstr(line, expected))
        fail_msg("%s", line);
}

static void a_host_that_is_not_this_machine_is_refused(void **state)
{
    struct scene *scene            = *state;
    struct front_settings settings = scene_settings(scene);

    settings.host = "192.0.2.1"; /* RFC 5737: nobody's */
    assert_null(front_open(&settings));
}

static void without_descriptors_clients_wait_until_there_are_some(void **state)
{
    struct scene *scene = *state;
    struct rlimit limit;
    struct rlimit full;
    struct client client;
    int standard_error;
    char line[512];
    FILE *log = tmpfile();

    client_connect(&client, scene);
    client_send_string(&client, "GET / HTTP/1.1\r\n\r\n");
    standard_error = begin_log(log);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    full          = limit;
    full.rlim_cur = (rlim_t)dup(0); /* the lowest that is free */
    close((int)full.rlim_cur);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
    run_what_is_ready(scene);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    end_log(standard_error);
    assert_int_equal(scene->request_count, 0);
    rewind(log);
    assert_non_null(fgets(line, sizeof line, log));
    assert_non_null(strstr(line, "cannot accept clients for now"));
    assert_null(fgets(line, sizeof line, log)); /* however often it was tried */

    RUN_UNTIL(scene, has_request, scene);
    close(scene->request);
    fclose(log);
    client_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(an_upgrade_arrives_with_its_head_and_nothing_behind_it),
        IN_SCENE(a_head_may_come_byte_by_byte),
        IN_SCENE(any_other_request_is_handed_on_untouched),
        IN_SCENE(what_is_no_request_is_answered_and_closed),
        IN_SCENE(a_head_that_does_not_end_is_too_large),
        IN_SCENE(a_client_that_says_nothing_is_closed_without_a_word),
        IN_SCENE(a_request_that_does_not_go_on_times_out),
        IN_SCENE(an_upgrade_that_waits_does_not_time_out),
        IN_SCENE(who_waits_for_an_upgrade_is_told_once_that_its_client_left),
        IN_SCENE(a_client_that_left_before_anybody_watched_is_noticed),
        IN_SCENE(nobody_is_told_after_the_socket_was_taken),
        IN_SCENE(arrivals_may_be_dropped_from_within_callbacks),
        IN_SCENE(an_arrival_outlives_the_front),
        IN_SCENE(a_client_that_leaves_amid_its_head_is_forgotten),
        IN_SCENE(after_a_stop_nobody_is_accepted_and_the_rest_goes_on),
        IN_SCENE(localhost_is_both_loopback_addresses),
        IN_SCENE(a_port_in_use_is_refused_with_its_owner),
        IN_SCENE(a_host_that_is_not_this_machine_is_refused),
        IN_SCENE(without_descriptors_clients_wait_until_there_are_some),
    };

    return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
