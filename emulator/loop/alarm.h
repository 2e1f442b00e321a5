#pragma once

/*
 * Alarms: what is to happen at a time. All of a loop's alarms are one heap behind one libuv timer,
 * so that an idle connection costs no timer object. An alarm lives inside its owner, zeroed before
 * use; the owner stops it before it goes.
 */

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct alarm {
    int64_t due;     /* microseconds, as clock_microseconds() counts */
    size_t position; /* in the heap, from 1; 0: not set */
    void (*ring)(struct alarm *alarm);
};

struct alarms {
    uv_timer_t *timer; /* frees itself, so that alarms can go at once */
    int64_t armed_for; /* the timer rings no later than this; 0: it doesn't run */
    struct alarm **heap;
    size_t count;
    size_t capacity;
};

/* Returns 0 or a negative errno. */
int alarms_init(struct alarms *alarms, uv_loop_t *uv);

/* Alarms that are still set never ring. The memory of alarms may be freed at once. */
void alarms_deinit(struct alarms *alarms);

/*
 * Sets alarm (again, if it was set) to ring once, milliseconds from now and at most 50 ms late.
 * Never rings before this returns. Alarms may be set and stopped from within ring.
 */
void alarm_set(struct alarms *alarms, struct alarm *alarm, int64_t milliseconds,
               void (*ring)(struct alarm *alarm));

/* Harmless if it isn't set. */
void alarm_stop(struct alarms *alarms, struct alarm *alarm);
