#pragma once

/* How another thread talks to the loop: it posts letters, the loop opens them in order. */

#include <pthread.h>
#include <uv.h>

#include "base/queue.h"

/* Lives inside a message; the receiver owns it from mailbox_post() on. */
struct letter {
    struct queue_link link;
};

struct mailbox {
    uv_async_t *wake; /* frees itself, so that the mailbox can go at once */
    pthread_mutex_t lock;
    struct queue letters;
    void (*open)(struct mailbox *mailbox, struct letter *letter);
};

/* open is called on the loop's thread for each letter. Returns 0 or a negative errno. */
int mailbox_init(struct mailbox *mailbox, uv_loop_t *uv,
                 void (*open)(struct mailbox *mailbox, struct letter *letter));

/* Letters still inside are opened first. Nobody may post any more. Not from within open. The
 * mailbox's memory may be freed at once. */
void mailbox_deinit(struct mailbox *mailbox);

/* From any thread. */
void mailbox_post(struct mailbox *mailbox, struct letter *letter);
