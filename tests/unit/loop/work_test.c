#include "loop/work.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "loop/loop.h"

#define PATIENCE_MILLISECONDS 20000

struct job {
    struct work work;
    pthread_t thread;
    bool *is_done;
};

static void run(struct work *work)
{
    container_of(work, struct job, work)->thread = pthread_self();
}

static void done(struct work *work)
{
    struct job *job = container_of(work, struct job, work);

    assert_false(pthread_equal(job->thread, pthread_self()));
    *job->is_done = true;
    free(job);
}

static struct job *start(struct loop *loop, bool *is_done)
{
    struct job *job = NEW(struct job);

    job->is_done = is_done;
    assert_int_equal(work_start(loop, &job->work, run, done), 0);
    assert_false(*is_done);
    return job;
}

static bool is_true(void *context)
{
    return *(bool *)context;
}

static void work_is_done_on_another_thread_and_told_on_the_loop(void **state)
{
    struct loop loop;
    bool is_done = false;

    assert_int_equal(loop_init(&loop), 0);
    start(&loop, &is_done);
    assert_true(loop_run_until(&loop, is_true, &is_done, PATIENCE_MILLISECONDS));
    loop_deinit(&loop);
}

static void a_loop_that_ends_waits_for_work(void **state)
{
    struct loop loop;
    bool is_done = false;

    assert_int_equal(loop_init(&loop), 0);
    start(&loop, &is_done);
    loop_deinit(&loop);
    assert_true(is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_done_on_another_thread_and_told_on_the_loop),
        cmocka_unit_test(a_loop_that_ends_waits_for_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
