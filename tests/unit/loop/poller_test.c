#include "loop/poller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/loop.h"
#include "loop/signals.h"

struct scene {
    struct loop loop;
    int ends[2];
};

struct watcher {
    struct poller poller;
    struct scene *scene;
    int count;
    unsigned events;
    bool stops; /* itself, and is freed */
};

static void scene_open(struct scene *scene)
{
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, scene->ends), 0);
}

static void scene_close(struct scene *scene)
{
    loop_deinit(&scene->loop);
    close(scene->ends[0]);
    close(scene->ends[1]);
}

static void on_ready(struct poller *poller, unsigned events)
{
    struct watcher *watcher = container_of(poller, struct watcher, poller);

    watcher->count++;
    watcher->events = events;
    if (watcher->stops) {
        poller_stop(poller);
        free(watcher);
    }
}

static void turn(struct scene *scene)
{
    uv_run(&scene->loop.uv, UV_RUN_NOWAIT);
}

static void only_what_was_asked_for_is_reported(void **state)
{
    struct scene scene;
    struct watcher watcher = {0};

    scene_open(&scene);
    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, scene.ends[0], POLLER_READ, on_ready), 0);
    turn(&scene);
    assert_int_equal(watcher.count, 0);
    assert_int_equal(write(scene.ends[1], "x", 1), 1);
    turn(&scene);
    turn(&scene);
    assert_int_equal(watcher.count, 2);
    assert_int_equal(watcher.events, POLLER_READ);

    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, scene.ends[0], POLLER_WRITE, on_ready), 0);
    turn(&scene);
    assert_int_equal(watcher.events, POLLER_WRITE);

    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, scene.ends[0], POLLER_HANGUP, on_ready), 0);
    watcher.count = 0;
    turn(&scene);
    assert_int_equal(watcher.count, 0);
    shutdown(scene.ends[1], SHUT_WR);
    turn(&scene);
    assert_int_equal(watcher.count, 1);
    assert_int_equal(watcher.events, POLLER_HANGUP);
    poller_stop(&watcher.poller);
    scene_close(&scene);
}

static void after_a_stop_the_descriptor_can_be_watched_by_another(void **state)
{
    struct scene scene;
    struct watcher *first = NEW(struct watcher);
    struct watcher next   = {0};

    scene_open(&scene);
    assert_int_equal(write(scene.ends[1], "x", 1), 1);
    assert_int_equal(
        poller_start(&scene.loop, &first->poller, scene.ends[0], POLLER_READ, on_ready), 0);
    poller_stop(&first->poller);
    poller_stop(&first->poller);
    assert_int_equal(first->count, 0);
    free(first);
    assert_int_equal(poller_start(&scene.loop, &next.poller, scene.ends[0], POLLER_READ, on_ready),
                     0);
    turn(&scene);
    assert_int_equal(next.count, 1);
    poller_stop(&next.poller);
    scene_close(&scene);
}

static void a_watcher_may_stop_and_go_while_it_is_called(void **state)
{
    struct scene scene;
    struct watcher *watcher = NEW(struct watcher);

    watcher->stops = true;
    scene_open(&scene);
    assert_int_equal(write(scene.ends[1], "x", 1), 1);
    assert_int_equal(
        poller_start(&scene.loop, &watcher->poller, scene.ends[0], POLLER_READ, on_ready), 0);
    turn(&scene);
    turn(&scene);
    scene_close(&scene);
}

static void a_poller_may_move_to_another_descriptor(void **state)
{
    struct scene scene;
    struct watcher watcher = {0};

    scene_open(&scene);
    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, scene.ends[0], POLLER_READ, on_ready), 0);
    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, scene.ends[1], POLLER_READ, on_ready), 0);
    assert_int_equal(write(scene.ends[1], "x", 1), 1);
    turn(&scene);
    assert_int_equal(watcher.count, 0);
    assert_int_equal(write(scene.ends[0], "x", 1), 1);
    turn(&scene);
    assert_int_equal(watcher.count, 1);
    poller_stop(&watcher.poller);
    scene_close(&scene);
}

/* A connection on the loopback interface whose far end was reset. */
static int make_reset_socket(void)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int near_end               = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int far_end;

    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(connect(near_end, (struct sockaddr *)&address, size), 0);
    far_end = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    setsockopt(far_end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(far_end);
    close(listener);
    return near_end;
}

static void a_failed_descriptor_is_reported_once(void **state)
{
    struct scene scene;
    struct watcher watcher = {0};
    int reset;
    char byte;

    scene_open(&scene);
    reset = make_reset_socket();
    assert_int_equal(
        poller_start(&scene.loop, &watcher.poller, reset, POLLER_READ | POLLER_HANGUP, on_ready),
        0);
    turn(&scene);
    turn(&scene);
    assert_int_equal(watcher.count, 1);
    assert_int_equal(watcher.events, POLLER_READ | POLLER_HANGUP);
    assert_int_equal(read(reset, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    poller_stop(&watcher.poller);
    close(reset);
    scene_close(&scene);
}

static void what_cannot_be_watched_is_an_error(void **state)
{
    struct scene scene;
    struct watcher watcher = {0};

    scene_open(&scene);
    assert_true(poller_start(&scene.loop, &watcher.poller, 9999, POLLER_READ, on_ready) < 0);
    assert_null(watcher.poller.handle);
    poller_stop(&watcher.poller);
    scene_close(&scene);
}

static void on_signal(void *owner, int number)
{
    *(int *)owner = number;
}

static bool is_signalled(void *context)
{
    return *(int *)context != 0;
}

static void each_signal_is_told_with_its_number(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGTERM};
    struct loop loop;
    struct signals *signals;
    int seen = 0;

    assert_int_equal(loop_init(&loop), 0);
    signals = signals_new(&loop, on_signal, &seen);
    assert_non_null(signals);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        seen = 0;
        raise(numbers[i]);
        assert_true(loop_run_until(&loop, is_signalled, &seen, 10000));
        assert_int_equal(seen, numbers[i]);
    }
    raise(SIGPIPE);
    raise(SIGTERM); /* under way while the signals go */
    signals_free(signals);
    loop_deinit(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_asked_for_is_reported),
        cmocka_unit_test(after_a_stop_the_descriptor_can_be_watched_by_another),
        cmocka_unit_test(a_watcher_may_stop_and_go_while_it_is_called),
        cmocka_unit_test(a_poller_may_move_to_another_descriptor),
        cmocka_unit_test(a_failed_descriptor_is_reported_once),
        cmocka_unit_test(what_cannot_be_watched_is_an_error),
        cmocka_unit_test(each_signal_is_told_with_its_number),
    };

    return cmocka_run_group_tests_name("loop/poller, loop/signals", tests, NULL, NULL);
}
