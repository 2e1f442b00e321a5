#pragma once

/*
 * Watches one descriptor. A descriptor has one poller at a time, and none while a library watches
 * it on this loop. Level-triggered: what isn't read is reported again.
 */

struct loop;
struct poller_handle;

enum poller_event {
    POLLER_READ   = 1,
    POLLER_WRITE  = 2,
    POLLER_HANGUP = 4, /* the peer will send nothing more */
};

/* Lives inside its owner, zeroed before use. */
struct poller {
    struct poller_handle *handle; /* NULL: not started */
    void (*ready)(struct poller *poller, unsigned events);
};

/*
 * Calls ready with those of events that are there, from the next turn on. If the descriptor has
 * failed (the peer has reset the connection, say), ready gets all of events once and then nothing
 * more: the next read or write tells the error. Starting again with other events or another
 * callback changes them. The descriptor becomes non-blocking. Returns 0 or a negative errno.
 */
int poller_start(struct loop *loop, struct poller *poller, int descriptor, unsigned events,
                 void (*ready)(struct poller *poller, unsigned events));

/*
 * Afterwards ready isn't called any more, and both the descriptor and the poller's memory may be
 * used for something else at once. Harmless if it isn't started.
 */
void poller_stop(struct poller *poller);
