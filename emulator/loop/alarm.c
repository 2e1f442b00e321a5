#include "loop/alarm.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define FIRST_CAPACITY 64

/* A binary heap: the parent of position p is p / 2, its children are 2p and 2p + 1. */
static struct alarm *at(const struct alarms *alarms, size_t position)
{
    return alarms->heap[position - 1];
}

static void put(struct alarms *alarms, size_t position, struct alarm *alarm)
{
    alarms->heap[position - 1] = alarm;
    alarm->position            = position;
}

static void move_up(struct alarms *alarms, size_t position)
{
    struct alarm *alarm = at(alarms, position);

    while (position > 1 && at(alarms, position / 2)->due > alarm->due) {
        put(alarms, position, at(alarms, position / 2));
        position /= 2;
    }
    put(alarms, position, alarm);
}

static void move_down(struct alarms *alarms, size_t position)
{
    struct alarm *alarm = at(alarms, position);

    for (;;) {
        size_t child = position * 2;

        if (child + 1 <= alarms->count && at(alarms, child + 1)->due < at(alarms, child)->due)
            child++;
        if (child > alarms->count || at(alarms, child)->due >= alarm->due)
            break;
        put(alarms, position, at(alarms, child));
        position = child;
    }
    put(alarms, position, alarm);
}

static void add(struct alarms *alarms, struct alarm *alarm)
{
    if (alarms->count == alarms->capacity) {
        alarms->capacity = alarms->capacity ? alarms->capacity * 2 : FIRST_CAPACITY;
        alarms->heap     = memory_resize(alarms->heap, alarms->capacity * sizeof *alarms->heap);
    }
    alarms->count++;
    put(alarms, alarms->count, alarm);
    move_up(alarms, alarms->count);
}

static void take_out(struct alarms *alarms, struct alarm *alarm)
{
    size_t position    = alarm->position;
    struct alarm *last = at(alarms, alarms->count);

    alarm->position = 0;
    alarms->count--;
    if (last == alarm)
        return;
    put(alarms, position, last);
    move_up(alarms, position);
    move_down(alarms, last->position);
}

static void on_timer(uv_timer_t *timer);

/*
 * Only an earlier alarm moves the timer. When the first one is stopped or set later, the timer
 * fires for nothing once and is armed anew: cheaper than moving it with every message.
 */
static void arm(struct alarms *alarms)
{
    int64_t due;
    int64_t wait;

    if (alarms->count == 0)
        return;
    due = at(alarms, 1)->due;
    if (alarms->armed_for && alarms->armed_for <= due)
        return;
    uv_update_time(alarms->timer->loop);
    wait = (due - clock_microseconds() + 999) / 1000;
    uv_timer_start(alarms->timer, on_timer, wait > 0 ? (uint64_t)wait : 0, 0);
    alarms->armed_for = due;
}

static void on_timer(uv_timer_t *timer)
{
    struct alarms *alarms = timer->data;
    int64_t now           = clock_microseconds();

    /* Every ring may set and stop others; what it sets is due later than now. */
    while (alarms->count > 0 && at(alarms, 1)->due <= now) {
        struct alarm *alarm = at(alarms, 1);

        take_out(alarms, alarm);
        alarm->ring(alarm);
    }
    alarms->armed_for = 0;
    arm(alarms);
}

int alarms_init(struct alarms *alarms, uv_loop_t *uv)
{
    *alarms             = (struct alarms){.timer = NEW(uv_timer_t)};
    alarms->timer->data = alarms;
    return uv_timer_init(uv, alarms->timer);
}

static void free_timer(uv_handle_t *timer)
{
    free(timer);
}

void alarms_deinit(struct alarms *alarms)
{
    if (!alarms->timer)
        return;
    for (size_t position = 1; position <= alarms->count; position++)
        at(alarms, position)->position = 0;
    uv_close((uv_handle_t *)alarms->timer, free_timer);
    free(alarms->heap);
    *alarms = (struct alarms){0};
}

void alarm_set(struct alarms *alarms, struct alarm *alarm, int64_t milliseconds,
               void (*ring)(struct alarm *alarm))
{
    int64_t wait = milliseconds > 0 ? milliseconds : 0;

    alarm->due  = clock_microseconds() + wait * 1000 + 1;
    alarm->ring = ring;
    if (alarm->position) {
        move_up(alarms, alarm->position);
        move_down(alarms, alarm->position);
    } else {
        add(alarms, alarm);
    }
    arm(alarms);
}

void alarm_stop(struct alarms *alarms, struct alarm *alarm)
{
    if (!alarm->position)
        return;
    assert(at(alarms, alarm->position) == alarm);
    take_out(alarms, alarm);
}
