#include "loop/mailbox.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"

/* Opens what is there now; letters that come meanwhile wake the loop again. */
static void open_letters(struct mailbox *mailbox)
{
    struct queue letters;
    struct letter *letter;

    pthread_mutex_lock(&mailbox->lock);
    letters          = mailbox->letters;
    mailbox->letters = (struct queue){0};
    pthread_mutex_unlock(&mailbox->lock);

    while ((letter = queue_entry(queue_pop(&letters), struct letter, link)))
        mailbox->open(mailbox, letter);
}

static void on_wake(uv_async_t *wake)
{
    open_letters(wake->data);
}

int mailbox_init(struct mailbox *mailbox, uv_loop_t *uv,
                 void (*open)(struct mailbox *mailbox, struct letter *letter))
{
    SCOPED_MEMORY uv_async_t *wake = NEW(uv_async_t);
    int result                     = uv_async_init(uv, wake, on_wake);

    if (result < 0)
        return log_errno(-result, "cannot make a mailbox");
    wake->data = mailbox;
    *mailbox   = (struct mailbox){.wake = memory_take(&wake), .open = open};
    pthread_mutex_init(&mailbox->lock, NULL);
    return 0;
}

static void free_wake(uv_handle_t *wake)
{
    free(wake);
}

void mailbox_deinit(struct mailbox *mailbox)
{
    if (!mailbox->wake)
        return;
    while (!queue_is_empty(&mailbox->letters))
        open_letters(mailbox);
    uv_close((uv_handle_t *)mailbox->wake, free_wake);
    pthread_mutex_destroy(&mailbox->lock);
    mailbox->wake = NULL;
}

void mailbox_post(struct mailbox *mailbox, struct letter *letter)
{
    pthread_mutex_lock(&mailbox->lock);
    queue_push(&mailbox->letters, &letter->link);
    pthread_mutex_unlock(&mailbox->lock);
    uv_async_send(mailbox->wake);
}
