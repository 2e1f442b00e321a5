#pragma once

/*
 * Whether a function changes its own code: a handler that writes into its own folder is started
 * anew after every event. Pure: reads no file and no clock.
 */

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: nothing has been noted. */
struct self_change {
    char *file;     /* that has changed each time; NULL: none */
    unsigned times; /* in a row */
    bool is_told;
};

/*
 * The function's files have changed; has_run says that it was running when they did. Returns the
 * file that it keeps changing where that is to be told now, else NULL; valid until the next call.
 */
const char *self_change_note(struct self_change *change, const char *const *files, size_t count,
                             bool has_run);
void self_change_deinit(struct self_change *change);
