#pragma once

/* Slow work that is done on another thread: reading and parsing files, making keys. */

#include <uv.h>

struct loop;

/* Lives inside whatever the work needs, zeroed before use, until done; that frees it. */
struct work {
    uv_work_t request;
    void (*run)(struct work *work);
    void (*done)(struct work *work);
};

/*
 * Calls run on another thread, where it sees nothing but what work is inside of, and then done on
 * the loop. It can't be called off: whoever waits no longer says so inside of work, and
 * loop_deinit() waits for it. Returns 0 or a negative errno; then neither is called.
 */
int work_start(struct loop *loop, struct work *work, void (*run)(struct work *work),
               void (*done)(struct work *work));
