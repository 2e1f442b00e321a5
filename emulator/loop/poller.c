#include "loop/poller.h"

#include <assert.h>
#include <stdlib.h>
#include <uv.h>

#include "base/log.h"
#include "base/memory.h"
#include "loop/loop.h"

/* Outlives its poller until libuv has let go of it. */
struct poller_handle {
    uv_poll_t poll;
    struct poller *poller;
    int descriptor;
    unsigned events;
};

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct poller_handle *handle = container_of(poll, struct poller_handle, poll);
    unsigned ready               = 0;

    if (status < 0)
        ready = handle->events;
    if (events & UV_READABLE)
        ready |= POLLER_READ;
    if (events & UV_WRITABLE)
        ready |= POLLER_WRITE;
    if (events & UV_DISCONNECT)
        ready |= POLLER_HANGUP;
    if (ready)
        handle->poller->ready(handle->poller, ready);
}

static int uv_events(unsigned events)
{
    return (events & POLLER_READ ? UV_READABLE : 0) | (events & POLLER_WRITE ? UV_WRITABLE : 0) |
           (events & POLLER_HANGUP ? UV_DISCONNECT : 0);
}

static int make_handle(struct loop *loop, struct poller *poller, int descriptor)
{
    SCOPED_MEMORY struct poller_handle *handle = NEW(struct poller_handle);
    int result                                 = uv_poll_init(&loop->uv, &handle->poll, descriptor);

    if (result < 0)
        return log_errno(-result, "cannot watch descriptor %d", descriptor);
    handle->poller     = poller;
    handle->descriptor = descriptor;
    poller->handle     = memory_take(&handle);
    return 0;
}

int poller_start(struct loop *loop, struct poller *poller, int descriptor, unsigned events,
                 void (*ready)(struct poller *poller, unsigned events))
{
    int result = 0;

    if (poller->handle && poller->handle->descriptor != descriptor)
        poller_stop(poller);
    if (!poller->handle)
        result = make_handle(loop, poller, descriptor);
    if (result < 0)
        return result;

    assert(poller->handle);
    poller->ready          = ready;
    poller->handle->events = events;
    result                 = uv_poll_start(&poller->handle->poll, uv_events(events), on_poll);
    if (result < 0) {
        poller_stop(poller);
        return log_errno(-result, "cannot watch descriptor %d", descriptor);
    }
    return 0;
}

static void free_handle(uv_handle_t *poll)
{
    free(container_of((uv_poll_t *)poll, struct poller_handle, poll));
}

void poller_stop(struct poller *poller)
{
    if (!poller->handle)
        return;
    uv_poll_stop(&poller->handle->poll);
    uv_close((uv_handle_t *)&poller->handle->poll, free_handle);
    poller->handle = NULL;
}
