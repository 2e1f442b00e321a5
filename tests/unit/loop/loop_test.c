#include "loop/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

struct note {
    struct loop_task task;
    struct loop *loop;
    struct text *notes;
    const char *name;
    struct note *schedules; /* while it runs */
    struct note *cancels;
};

static void on_note(struct loop_task *task)
{
    struct note *note = container_of(task, struct note, task);

    text_append_string(note->notes, note->name);
    if (note->schedules)
        loop_later(note->loop, &note->schedules->task, on_note);
    if (note->cancels)
        loop_task_cancel(&note->cancels->task);
}

static void turn(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_NOWAIT);
}

static void tasks_run_once_in_the_order_in_which_they_were_scheduled(void **state)
{
    struct loop loop;
    SCOPED_TEXT notes = {0};
    struct note first = {.loop = &loop, .notes = &notes, .name = "1"};
    struct note next  = {.loop = &loop, .notes = &notes, .name = "2"};

    assert_int_equal(loop_init(&loop), 0);
    loop_later(&loop, &first.task, on_note);
    loop_later(&loop, &next.task, on_note);
    loop_later(&loop, &first.task, on_note);
    assert_string_equal(text_string(&notes), "");
    turn(&loop);
    assert_string_equal(text_string(&notes), "12");
    turn(&loop);
    assert_string_equal(text_string(&notes), "12");
    loop_later(&loop, &first.task, on_note);
    turn(&loop);
    assert_string_equal(text_string(&notes), "121");
    loop_deinit(&loop);
}

static void a_task_that_schedules_itself_leaves_the_turn_to_others(void **state)
{
    struct loop loop;
    SCOPED_TEXT notes = {0};
    struct note again = {.loop = &loop, .notes = &notes, .name = "x"};

    again.schedules = &again;
    assert_int_equal(loop_init(&loop), 0);
    loop_later(&loop, &again.task, on_note);
    for (int i = 0; i < 3; i++)
        turn(&loop);
    assert_string_equal(text_string(&notes), "xxx");
    loop_task_cancel(&again.task);
    turn(&loop);
    assert_string_equal(text_string(&notes), "xxx");
    loop_deinit(&loop);
}

static void a_task_may_cancel_the_one_behind_it(void **state)
{
    struct loop loop;
    SCOPED_TEXT notes = {0};
    struct note last  = {.loop = &loop, .notes = &notes, .name = "3"};
    struct note next  = {.loop = &loop, .notes = &notes, .name = "2"};
    struct note first = {.loop = &loop, .notes = &notes, .name = "1", .cancels = &next};

    assert_int_equal(loop_init(&loop), 0);
    loop_later(&loop, &first.task, on_note);
    loop_later(&loop, &next.task, on_note);
    loop_later(&loop, &last.task, on_note);
    turn(&loop);
    turn(&loop);
    assert_string_equal(text_string(&notes), "13");
    loop_task_cancel(&next.task);
    loop_deinit(&loop);
}

/* An object with a handle of libuv's in it. */
struct holder {
    uv_timer_t timer;
    struct text *notes;
};

static void free_holder(void *object)
{
    struct holder *holder = object;

    text_append_string(holder->notes, "freed");
    free(holder);
}

static void on_holder_closed(uv_handle_t *timer)
{
    text_append_string(container_of((uv_timer_t *)timer, struct holder, timer)->notes, "closed ");
}

static void bury(struct loop *loop, uv_timer_t *timer)
{
    struct holder *holder = container_of(timer, struct holder, timer);

    uv_close((uv_handle_t *)timer, on_holder_closed);
    loop_free_later(loop, holder, free_holder);
}

static void on_timer(uv_timer_t *timer)
{
    bury(timer->data, timer);
}

static struct holder *make_holder(struct loop *loop, struct text *notes)
{
    struct holder *holder = NEW(struct holder);

    holder->notes = notes;
    uv_timer_init(&loop->uv, &holder->timer);
    holder->timer.data = loop;
    return holder;
}

static void an_object_goes_after_its_handles(void **state)
{
    struct loop loop;
    SCOPED_TEXT notes = {0};

    assert_int_equal(loop_init(&loop), 0);
    uv_timer_start(&make_holder(&loop, &notes)->timer, on_timer, 0, 0);
    turn(&loop);
    turn(&loop);
    turn(&loop);
    assert_string_equal(text_string(&notes), "closed freed");
    loop_deinit(&loop);
}

static void what_is_buried_outside_of_a_turn_goes_too(void **state)
{
    struct loop loop;
    SCOPED_TEXT notes = {0};

    assert_int_equal(loop_init(&loop), 0);
    bury(&loop, &make_holder(&loop, &notes)->timer);
    assert_string_equal(text_string(&notes), "");
    loop_deinit(&loop);
    assert_string_equal(text_string(&notes), "closed freed");
}

static void on_forgotten(uv_timer_t *timer)
{
}

static void deinit_closes_what_was_left_open(void **state)
{
    struct loop loop;
    uv_timer_t forgotten;
    SCOPED_TEXT notes = {0};
    struct note never = {.loop = &loop, .notes = &notes, .name = "never"};

    assert_int_equal(loop_init(&loop), 0);
    uv_timer_init(&loop.uv, &forgotten);
    uv_timer_start(&forgotten, on_forgotten, 100000, 0);
    loop_later(&loop, &never.task, on_note);
    loop_deinit(&loop);
    assert_string_equal(text_string(&notes), "");
    loop_task_cancel(&never.task);
}

static bool is_third(void *context)
{
    return ++*(int *)context == 3;
}

static bool is_never(void *context)
{
    return false;
}

static void running_until_ends_with_the_condition_or_the_time(void **state)
{
    struct loop loop;
    int count         = 0;
    SCOPED_TEXT notes = {0};
    struct note again = {.loop = &loop, .notes = &notes, .name = "x"};

    again.schedules = &again;
    assert_int_equal(loop_init(&loop), 0);
    loop_later(&loop, &again.task, on_note);
    assert_true(loop_run_until(&loop, is_third, &count, 10000));
    assert_string_equal(text_string(&notes), "xx");
    loop_task_cancel(&again.task);
    assert_false(loop_run_until(&loop, is_never, NULL, 30));
    assert_false(loop_run_until(&loop, is_never, NULL, 0));
    loop_deinit(&loop);
}

static void stop(struct loop_task *task)
{
    loop_stop(container_of(task, struct note, task)->loop);
}

static void running_ends_with_stop(void **state)
{
    struct loop loop;
    struct note note = {.loop = &loop};

    assert_int_equal(loop_init(&loop), 0);
    loop_later(&loop, &note.task, stop);
    loop_run(&loop);
    loop_later(&loop, &note.task, stop);
    loop_run(&loop);
    assert_null(note.task.loop);
    loop_deinit(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_once_in_the_order_in_which_they_were_scheduled),
        cmocka_unit_test(a_task_that_schedules_itself_leaves_the_turn_to_others),
        cmocka_unit_test(a_task_may_cancel_the_one_behind_it),
        cmocka_unit_test(an_object_goes_after_its_handles),
        cmocka_unit_test(what_is_buried_outside_of_a_turn_goes_too),
        cmocka_unit_test(deinit_closes_what_was_left_open),
        cmocka_unit_test(running_until_ends_with_the_condition_or_the_time),
        cmocka_unit_test(running_ends_with_stop),
    };

    return cmocka_run_group_tests_name("loop/loop", tests, NULL, NULL);
}
