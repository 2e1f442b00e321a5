#include "base/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"

struct item {
    int number;
    struct queue_link link;
};

static int pop(struct queue *queue)
{
    struct item *item = queue_entry(queue_pop(queue), struct item, link);

    return item ? item->number : -1;
}

static void a_zeroed_queue_is_empty(void **state)
{
    struct queue queue = {0};

    assert_true(queue_is_empty(&queue));
    assert_null(queue_pop(&queue));
    assert_int_equal(pop(&queue), -1);
}

static void what_was_pushed_first_is_popped_first(void **state)
{
    struct queue queue   = {0};
    struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};

    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        queue_push(&queue, &items[i].link);
    assert_int_equal(queue.count, 3);
    assert_false(queue_is_empty(&queue));
    assert_int_equal(pop(&queue), 1);
    assert_int_equal(pop(&queue), 2);
    assert_int_equal(pop(&queue), 3);
    assert_int_equal(pop(&queue), -1);
    assert_int_equal(queue.count, 0);
}

static void pushing_first_overtakes_the_others(void **state)
{
    struct queue queue   = {0};
    struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};

    queue_push_first(&queue, &items[0].link);
    queue_push_first(&queue, &items[1].link);
    queue_push(&queue, &items[2].link);
    assert_int_equal(pop(&queue), 2);
    assert_int_equal(pop(&queue), 1);
    assert_int_equal(pop(&queue), 3);
    assert_true(queue_is_empty(&queue));
}

static void removing_works_at_every_place(void **state)
{
    for (int removed = 0; removed < 3; removed++) {
        struct queue queue   = {0};
        struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};

        for (size_t i = 0; i < ARRAY_SIZE(items); i++)
            queue_push(&queue, &items[i].link);
        queue_remove(&queue, &items[removed].link);
        assert_int_equal(queue.count, 2);
        assert_int_equal(pop(&queue), removed == 0 ? 1 : 0);
        assert_int_equal(pop(&queue), removed == 2 ? 1 : 2);
        assert_int_equal(pop(&queue), -1);
    }
}

static void what_was_removed_can_be_pushed_again(void **state)
{
    struct queue queue   = {0};
    struct item items[2] = {{.number = 1}, {.number = 2}};

    queue_push(&queue, &items[0].link);
    queue_push(&queue, &items[1].link);
    queue_remove(&queue, &items[0].link);
    assert_null(items[0].link.next);
    assert_null(items[0].link.previous);
    queue_push(&queue, &items[0].link);
    assert_int_equal(pop(&queue), 2);
    assert_int_equal(pop(&queue), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_queue_is_empty),
        cmocka_unit_test(what_was_pushed_first_is_popped_first),
        cmocka_unit_test(pushing_first_overtakes_the_others),
        cmocka_unit_test(removing_works_at_every_place),
        cmocka_unit_test(what_was_removed_can_be_pushed_again),
    };

    return cmocka_run_group_tests_name("base/queue", tests, NULL, NULL);
}
