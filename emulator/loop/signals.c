#include "loop/signals.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "base/log.h"
#include "base/memory.h"
#include "loop/loop.h"

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

struct signals {
    struct loop *loop;
    void (*on_signal)(void *owner, int number);
    void *owner;
    uv_signal_t handles[ARRAY_SIZE(numbers)];
    size_t open_count; /* handles that libuv hasn't closed yet */
};

static void on_number(uv_signal_t *handle, int number)
{
    struct signals *signals = handle->data;

    signals->on_signal(signals->owner, number);
}

static int listen_to(struct signals *signals, uv_signal_t *handle, int number)
{
    int result;

    uv_signal_init(&signals->loop->uv, handle);
    handle->data = signals;
    result       = uv_signal_start(handle, on_number, number);
    if (result < 0)
        return log_errno(-result, "cannot listen to signal %d", number);
    uv_unref((uv_handle_t *)handle);
    return 0;
}

struct signals *signals_new(struct loop *loop, void (*on_signal)(void *owner, int number),
                            void *owner)
{
    struct signals *signals = NEW(struct signals);
    int result              = 0;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signals->loop      = loop;
    signals->on_signal = on_signal;
    signals->owner     = owner;
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        int listened = listen_to(signals, &signals->handles[i], numbers[i]);

        result = listened < 0 ? listened : result;
    }
    if (result < 0) {
        signals_free(signals);
        return NULL;
    }
    return signals;
}

/* A handle with a signal under way closes turns later than its neighbours. */
static void on_closed(uv_handle_t *handle)
{
    struct signals *signals = handle->data;

    signals->open_count--;
    if (signals->open_count == 0)
        free(signals);
}

void signals_free(struct signals *signals)
{
    if (!signals)
        return;
    signals->open_count = ARRAY_SIZE(numbers);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        uv_close((uv_handle_t *)&signals->handles[i], on_closed);
}
