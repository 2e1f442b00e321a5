#include "websocket/event_pipe.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/alarm.h"
#include "loop/loop.h"
#include "websocket/socket.h"

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

static void the_number_is_taken_until_it_is_released(void **state)
{
    struct event_pipe pipe;
    int before = eventfd(0, 0);
    int low    = open("/dev/null", O_RDONLY);
    int descriptor;

    event_pipe_expect(&pipe);
    descriptor = eventfd(0, 0);
    event_pipe_find(&pipe);
    assert_int_equal(pipe.descriptor, descriptor);

    close(low); /* there is a lower number that is free */
    close(descriptor);
    event_pipe_hold(&pipe);
    assert_true(is_open(descriptor));
    event_pipe_release(&pipe);
    assert_false(is_open(descriptor));
    close(before);
}

static void what_others_have_under_the_number_stays(void **state)
{
    struct event_pipe pipe;
    int descriptor;
    int other;

    event_pipe_expect(&pipe);
    descriptor = eventfd(0, 0);
    event_pipe_find(&pipe);

    close(descriptor);
    event_pipe_hold(&pipe);
    close(descriptor); /* as libwebsockets does */
    other = open("/dev/null", O_RDONLY);
    assert_int_equal(other, descriptor);
    event_pipe_release(&pipe);
    assert_true(is_open(other));
    close(other);
}

struct thief {
    struct loop_task task;
    int descriptor; /* the lowest that was free */
};

static void take_the_lowest(struct loop_task *task)
{
    struct thief *thief = (struct thief *)task;

    thief->descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void a_host_that_goes_closes_nothing_that_was_opened_meanwhile(void **state)
{
    static const struct websocket_events events = {0};
    const struct websocket_limits limits        = {0};
    struct websocket_host *host;
    struct alarms alarms;
    struct loop loop;
    struct thief thief = {.descriptor = -1};

    assert_int_equal(loop_init(&loop), 0);
    assert_int_equal(alarms_init(&alarms, &loop.uv), 0);
    host = websocket_host_new(&loop, &alarms, &limits, &events);
    assert_non_null(host);
    loop_later(&loop, &thief.task, take_the_lowest);
    websocket_host_free(host);
    assert_true(thief.descriptor >= 0);
    assert_true(is_open(thief.descriptor));
    close(thief.descriptor);
    alarms_deinit(&alarms);
    loop_deinit(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_taken_until_it_is_released),
        cmocka_unit_test(what_others_have_under_the_number_stays),
        cmocka_unit_test(a_host_that_goes_closes_nothing_that_was_opened_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
