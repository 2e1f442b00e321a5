#pragma once

/*
 * Alarms: what is to happen at a time. All of a loop's alarms are one heap behind one libuv timer,
 * so that an idle connection costs no timer object. An alarm lives inside its owner, who stops it
 * before it goes.
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
    uv_timer_t timer;
    struct alarm **heap;
    size_t count;
    size_t capacity;
};

/* Returns 0 or a negative errno. */
int alarms_init(struct alarms *alarms, uv_loop_t *uv);
void alarms_deinit(struct alarms *alarms);

/* Sets alarm (again, if it was set) to ring once, milliseconds from now and at most 50 ms late. */
void alarm_set(struct alarms *alarms, struct alarm *alarm, int64_t milliseconds,
               void (*ring)(struct alarm *alarm));

/* Harmless if it isn't set. */
void alarm_stop(struct alarms *alarms, struct alarm *alarm);
