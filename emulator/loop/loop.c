#include "loop/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"

/* Turns that handles may need until they are closed: far more than any does. */
#define CLOSING_TURNS_MAX 1000

struct grave {
    struct queue_link link;
    void *object;
    void (*free_object)(void *object);
};

static void on_spin(uv_idle_t *spinner)
{
}

/* Timers run before a turn polls: without the spinner this turn would then wait for a socket. */
static void on_deadline(uv_timer_t *deadline)
{
    uv_idle_start(&container_of(deadline, struct loop, deadline)->spinner, on_spin);
}

/* A task that is scheduled meanwhile waits for the next turn, or it could keep the sockets out. */
static void run_tasks(struct loop *loop)
{
    for (size_t left = loop->tasks.count; left > 0; left--) {
        struct loop_task *task = queue_entry(queue_pop(&loop->tasks), struct loop_task, link);

        if (!task)
            return;
        task->loop = NULL;
        task->run(task);
    }
}

static void empty_crypt(struct loop *loop)
{
    for (size_t left = loop->crypt.count; left > 0; left--) {
        struct grave *grave = queue_entry(queue_pop(&loop->crypt), struct grave, link);

        grave->free_object(grave->object);
        free(grave);
    }
}

/*
 * libuv calls this between polling and its close callbacks. What was buried during this turn thus
 * waits in the crypt until those have run.
 */
static void on_turn_end(uv_check_t *after_turn)
{
    struct loop *loop = container_of(after_turn, struct loop, after_turn);
    struct queue_link *link;

    run_tasks(loop);
    empty_crypt(loop);
    while ((link = queue_pop(&loop->graveyard)))
        queue_push(&loop->crypt, link);
    if (queue_is_empty(&loop->tasks) && queue_is_empty(&loop->crypt))
        uv_idle_stop(&loop->spinner);
}

int loop_init(struct loop *loop)
{
    int result;

    *loop  = (struct loop){0};
    result = uv_loop_init(&loop->uv);
    if (result < 0)
        return log_errno(-result, "cannot make an event loop");
    uv_check_init(&loop->uv, &loop->after_turn);
    uv_check_start(&loop->after_turn, on_turn_end);
    uv_idle_init(&loop->uv, &loop->spinner);
    uv_timer_init(&loop->uv, &loop->deadline);
    return 0;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void loop_deinit(struct loop *loop)
{
    struct loop_task *task;
    int result = UV_EBUSY;

    while ((task = queue_entry(queue_pop(&loop->tasks), struct loop_task, link)))
        task->loop = NULL;
    for (int turn = 0; turn < CLOSING_TURNS_MAX && result == UV_EBUSY; turn++) {
        uv_walk(&loop->uv, close_handle, NULL);
        uv_run(&loop->uv, UV_RUN_ONCE);
        result = uv_loop_close(&loop->uv);
    }
    if (result < 0)
        log_errno(-result, "cannot close the event loop");
    while (!queue_is_empty(&loop->graveyard) || !queue_is_empty(&loop->crypt)) {
        empty_crypt(loop);
        if (!queue_is_empty(&loop->graveyard))
            queue_push(&loop->crypt, queue_pop(&loop->graveyard));
    }
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

bool loop_run_until(struct loop *loop, bool (*done)(void *context), void *context, int64_t timeout)
{
    bool is_done = done(context);

    if (is_done)
        return true;
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->deadline, on_deadline, timeout > 0 ? (uint64_t)timeout : 0, 0);
    while (!is_done && uv_is_active((uv_handle_t *)&loop->deadline)) {
        uv_run(&loop->uv, UV_RUN_ONCE);
        is_done = done(context);
    }
    uv_timer_stop(&loop->deadline);
    return is_done;
}

void loop_free_later(struct loop *loop, void *object, void (*free_object)(void *object))
{
    struct grave *grave = NEW(struct grave);

    grave->object      = object;
    grave->free_object = free_object;
    queue_push(&loop->graveyard, &grave->link);
    uv_idle_start(&loop->spinner, on_spin);
}

void loop_later(struct loop *loop, struct loop_task *task, void (*run)(struct loop_task *task))
{
    if (task->loop) {
        assert(task->loop == loop && task->run == run);
        return;
    }
    task->loop = loop;
    task->run  = run;
    queue_push(&loop->tasks, &task->link);
    uv_idle_start(&loop->spinner, on_spin);
}

void loop_task_cancel(struct loop_task *task)
{
    if (!task->loop)
        return;
    queue_remove(&task->loop->tasks, &task->link);
    task->loop = NULL;
}
