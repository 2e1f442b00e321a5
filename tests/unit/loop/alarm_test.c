#include "loop/alarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "loop/loop.h"

#define MANY 500

struct scene {
    struct loop loop;
    struct alarms alarms;
    int rung;
    int wanted;
};

struct bell {
    struct alarm alarm;
    struct scene *scene;
    int rung;        /* its place in the order, from 1 */
    int64_t rung_at; /* microseconds */
    struct bell *stops;
    struct bell *sets;
};

static void scene_open(struct scene *scene)
{
    *scene = (struct scene){0};
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
}

static void scene_close(struct scene *scene)
{
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
}

static void on_ring(struct alarm *alarm)
{
    struct bell *bell = container_of(alarm, struct bell, alarm);

    assert_int_equal(alarm->position, 0);
    bell->rung    = ++bell->scene->rung;
    bell->rung_at = clock_microseconds();
    if (bell->stops)
        alarm_stop(&bell->scene->alarms, &bell->stops->alarm);
    if (bell->sets)
        alarm_set(&bell->scene->alarms, &bell->sets->alarm, 5, on_ring);
}

static bool has_rung(void *context)
{
    struct scene *scene = context;

    return scene->rung >= scene->wanted;
}

static void wait_for(struct scene *scene, int wanted)
{
    scene->wanted = wanted;
    assert_true(loop_run_until(&scene->loop, has_rung, scene, 10000));
    assert_int_equal(scene->rung, wanted);
}

static void an_alarm_rings_once_at_its_time(void **state)
{
    struct scene scene;
    struct bell bell = {.scene = &scene};
    int64_t begin;

    scene_open(&scene);
    begin = clock_microseconds();
    alarm_set(&scene.alarms, &bell.alarm, 30, on_ring);
    wait_for(&scene, 1);
    assert_in_range(bell.rung_at - begin, 30000, 500000);
    assert_false(loop_run_until(&scene.loop, has_rung, &(struct scene){.wanted = 1}, 40));
    assert_int_equal(scene.rung, 1);
    scene_close(&scene);
}

static void an_alarm_for_now_does_not_ring_before_the_next_turn(void **state)
{
    struct scene scene;
    struct bell bell = {.scene = &scene};

    scene_open(&scene);
    alarm_set(&scene.alarms, &bell.alarm, 0, on_ring);
    assert_int_equal(scene.rung, 0);
    wait_for(&scene, 1);
    alarm_set(&scene.alarms, &bell.alarm, -5, on_ring);
    wait_for(&scene, 2);
    scene_close(&scene);
}

static void check_heap(const struct alarms *alarms)
{
    for (size_t position = 1; position <= alarms->count; position++) {
        assert_int_equal(alarms->heap[position - 1]->position, position);
        if (position > 1)
            assert_true(alarms->heap[position / 2 - 1]->due <= alarms->heap[position - 1]->due);
    }
}

static void the_earliest_alarm_is_always_first(void **state)
{
    struct scene scene;
    struct bell *bells = calloc(MANY, sizeof *bells);
    unsigned random    = 1;

    scene_open(&scene);
    for (int round = 0; round < 20 * MANY; round++) {
        struct bell *bell;

        random = random * 1103515245 + 12345;
        bell   = &bells[random / 65536 % MANY];
        if (random / 7 % 3 == 0)
            alarm_stop(&scene.alarms, &bell->alarm);
        else
            alarm_set(&scene.alarms, &bell->alarm, random / 65536 % 100000 + 1000, on_ring);
        if (round % 100 == 0)
            check_heap(&scene.alarms);
    }
    check_heap(&scene.alarms);
    assert_true(scene.alarms.count > MANY / 4);
    scene_close(&scene);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(bells[i].alarm.position, 0);
    free(bells);
}

static void alarms_ring_in_the_order_of_their_times(void **state)
{
    struct scene scene;
    struct bell bells[20];

    scene_open(&scene);
    for (int i = 0; i < 20; i++) {
        bells[i] = (struct bell){.scene = &scene};
        alarm_set(&scene.alarms, &bells[i].alarm, i * 7 % 20 * 2, on_ring);
    }
    wait_for(&scene, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(bells[i].rung, i * 7 % 20 + 1);
    scene_close(&scene);
}

static void a_stopped_alarm_is_silent_and_one_set_again_keeps_the_new_time(void **state)
{
    struct scene scene;
    struct bell stopped = {.scene = &scene};
    struct bell later   = {.scene = &scene};
    struct bell sooner  = {.scene = &scene};
    int64_t begin;

    scene_open(&scene);
    begin = clock_microseconds();
    alarm_set(&scene.alarms, &stopped.alarm, 5, on_ring);
    alarm_set(&scene.alarms, &later.alarm, 10, on_ring);
    alarm_set(&scene.alarms, &later.alarm, 40, on_ring);
    alarm_set(&scene.alarms, &sooner.alarm, 10000, on_ring);
    alarm_set(&scene.alarms, &sooner.alarm, 20, on_ring);
    alarm_stop(&scene.alarms, &stopped.alarm);
    alarm_stop(&scene.alarms, &stopped.alarm);
    wait_for(&scene, 2);
    assert_int_equal(stopped.rung, 0);
    assert_in_range(sooner.rung_at - begin, 20000, 500000);
    assert_in_range(later.rung_at - begin, 40000, 500000);
    scene_close(&scene);
}

static void a_ringing_alarm_may_set_and_stop_others_and_itself(void **state)
{
    struct scene scene;
    struct bell victim = {.scene = &scene};
    struct bell other  = {.scene = &scene};
    struct bell first  = {.scene = &scene, .stops = &victim, .sets = &other};
    struct bell again  = {.scene = &scene};

    again.sets = &again;
    scene_open(&scene);
    alarm_set(&scene.alarms, &first.alarm, 1, on_ring);
    alarm_set(&scene.alarms, &victim.alarm, 1, on_ring);
    wait_for(&scene, 2);
    assert_int_equal(victim.rung, 0);
    assert_int_equal(other.rung, 2);

    alarm_set(&scene.alarms, &again.alarm, 0, on_ring);
    wait_for(&scene, 5);
    alarm_stop(&scene.alarms, &again.alarm);
    scene_close(&scene);
}

static void alarms_may_go_while_some_are_set(void **state)
{
    struct scene scene;
    struct bell bell      = {.scene = &scene};
    struct alarms *alarms = NEW(struct alarms);

    scene_open(&scene);
    assert_int_equal(alarms_init(alarms, &scene.loop.uv), 0);
    alarm_set(alarms, &bell.alarm, 0, on_ring);
    alarms_deinit(alarms);
    free(alarms);
    assert_false(loop_run_until(&scene.loop, has_rung, &(struct scene){.wanted = 1}, 20));
    assert_int_equal(scene.rung, 0);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_rings_once_at_its_time),
        cmocka_unit_test(an_alarm_for_now_does_not_ring_before_the_next_turn),
        cmocka_unit_test(the_earliest_alarm_is_always_first),
        cmocka_unit_test(alarms_ring_in_the_order_of_their_times),
        cmocka_unit_test(a_stopped_alarm_is_silent_and_one_set_again_keeps_the_new_time),
        cmocka_unit_test(a_ringing_alarm_may_set_and_stop_others_and_itself),
        cmocka_unit_test(alarms_may_go_while_some_are_set),
    };

    return cmocka_run_group_tests_name("loop/alarm", tests, NULL, NULL);
}
