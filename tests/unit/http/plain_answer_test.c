#include "http/plain_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "loop/loop.h"

struct scene {
    struct loop loop;
    struct plain_answers *answers;
    int client;
    int server;
    struct text received;
    bool is_ended;
};

static void scene_open(struct scene *scene)
{
    int pair[2];

    *scene = (struct scene){0};
    assert_int_equal(loop_init(&scene->loop), 0);
    scene->answers = plain_answers_new(&scene->loop);
    assert_non_null(scene->answers);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    scene->client = pair[0];
    scene->server = pair[1];
}

static void scene_close(struct scene *scene)
{
    plain_answers_free(scene->answers);
    loop_deinit(&scene->loop);
    if (scene->client >= 0)
        close(scene->client);
    text_deinit(&scene->received);
}

static bool is_read_to_its_end(void *context)
{
    struct scene *scene = context;
    char part[4096];
    ssize_t size;

    while ((size = recv(scene->client, part, sizeof part, MSG_DONTWAIT)) > 0)
        text_append(&scene->received, part, (size_t)size);
    scene->is_ended = size == 0 || (size < 0 && errno == ECONNRESET);
    return scene->is_ended;
}

static bool is_over(void *context)
{
    return plain_answers_count(((struct scene *)context)->answers) == 0;
}

static void run_until(struct scene *scene, bool (*done)(void *context))
{
    assert_true(loop_run_until(&scene->loop, done, scene, 10000));
}

static void an_answer_is_complete_and_ends_the_connection(void **state)
{
    struct scene scene;

    scene_open(&scene);
    plain_answer_send(scene.answers, scene.server, 401, "X-A: 1\r\nX-B: 2\r\n", "hello", 5);
    run_until(&scene, is_read_to_its_end);
    assert_memory_equal(scene.received.data, "HTTP/1.1 401 Unauthorized\r\nDate: ", 33);
    assert_non_null(strstr(scene.received.data, " GMT\r\nContent-Length: 5\r\nConnection: close\r\n"
                                                "X-A: 1\r\nX-B: 2\r\n\r\nhello"));
    assert_int_equal(plain_answers_count(scene.answers), 1);
    close(scene.client);
    scene.client = -1;
    run_until(&scene, is_over);
    scene_close(&scene);
}

static void an_error_has_aws_s_form(void **state)
{
    struct scene scene;

    scene_open(&scene);
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    run_until(&scene, is_read_to_its_end);
    assert_non_null(strstr(scene.received.data, "HTTP/1.1 403 Forbidden\r\n"));
    assert_non_null(strstr(scene.received.data, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(scene.received.data, "\r\nx-amzn-ErrorType: ForbiddenException\r\n"));
    assert_non_null(strstr(scene.received.data, "\r\nx-amzn-RequestId: "));
    assert_non_null(strstr(scene.received.data, "\r\n\r\n{\"message\":\"Forbidden\"}"));
    scene_close(&scene);
}

static void an_answer_larger_than_the_socket_s_buffer_arrives_whole(void **state)
{
    struct scene scene;
    SCOPED_TEXT body = {0};

    for (int i = 0; i < 3000000; i++)
        text_append_character(&body, (char)('a' + i % 26));
    scene_open(&scene);
    plain_answer_send(scene.answers, scene.server, 500, NULL, body.data, body.size);
    assert_int_equal(plain_answers_count(scene.answers), 1);
    run_until(&scene, is_read_to_its_end);
    assert_true(scene.received.size > body.size);
    assert_memory_equal(scene.received.data + scene.received.size - body.size, body.data,
                        body.size);
    scene_close(&scene);
}

static void unread_input_does_not_reset_the_connection(void **state)
{
    static const char frames[5000];
    struct scene scene;

    scene_open(&scene);
    assert_int_equal(send(scene.client, frames, sizeof frames, 0), sizeof frames);
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    run_until(&scene, is_read_to_its_end);
    assert_non_null(strstr(scene.received.data, "Forbidden\"}"));
    assert_int_equal(send(scene.client, frames, sizeof frames, MSG_NOSIGNAL), sizeof frames);
    shutdown(scene.client, SHUT_WR);
    run_until(&scene, is_over);
    scene_close(&scene);
}

static void a_client_that_does_not_close_is_closed_after_a_second(void **state)
{
    struct scene scene;
    int64_t begin = clock_microseconds();

    scene_open(&scene);
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    run_until(&scene, is_over);
    assert_in_range(clock_microseconds() - begin, 900000, 3000000);
    assert_int_equal(send(scene.client, "x", 1, MSG_NOSIGNAL), -1);
    scene_close(&scene);
}

static bool is_flooded(void *context)
{
    static const char flood[65536];
    struct scene *scene = context;

    while (send(scene->client, flood, sizeof flood, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        ;
    return is_over(scene);
}

static void a_client_that_keeps_sending_is_cut_off(void **state)
{
    struct scene scene;
    int64_t begin = clock_microseconds();

    scene_open(&scene);
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    run_until(&scene, is_flooded);
    assert_true(clock_microseconds() - begin < 900000);
    scene_close(&scene);
}

static void a_client_that_has_left_is_no_trouble(void **state)
{
    struct scene scene;

    scene_open(&scene);
    close(scene.client);
    scene.client = -1;
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    run_until(&scene, is_over);
    scene_close(&scene);
}

static void answers_under_way_end_with_their_owner(void **state)
{
    struct scene scene;

    scene_open(&scene);
    plain_answer_error(scene.answers, scene.server, AWS_FORBIDDEN, NULL);
    plain_answers_free(scene.answers);
    scene.answers = NULL;
    assert_true(is_read_to_its_end(&scene));
    assert_non_null(strstr(scene.received.data, "Forbidden\"}"));
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_complete_and_ends_the_connection),
        cmocka_unit_test(an_error_has_aws_s_form),
        cmocka_unit_test(an_answer_larger_than_the_socket_s_buffer_arrives_whole),
        cmocka_unit_test(unread_input_does_not_reset_the_connection),
        cmocka_unit_test(a_client_that_does_not_close_is_closed_after_a_second),
        cmocka_unit_test(a_client_that_keeps_sending_is_cut_off),
        cmocka_unit_test(a_client_that_has_left_is_no_trouble),
        cmocka_unit_test(answers_under_way_end_with_their_owner),
    };

    return cmocka_run_group_tests_name("http/plain_answer", tests, NULL, NULL);
}
