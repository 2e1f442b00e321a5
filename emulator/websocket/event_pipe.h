#pragma once

/*
 * The descriptor by which libwebsockets wakes itself. On a foreign loop, 4.1.6 closes it twice: in
 * lws_context_destroy(), and once more when libuv has let go of it. Whatever was opened in between
 * under the same number would be closed instead, so the number is kept taken until then.
 */

#include <stdbool.h>
#include <sys/types.h>

/* Descriptors that are looked at: a context is made early. */
#define EVENT_PIPE_DESCRIPTORS 512

struct event_pipe {
    bool was_open[EVENT_PIPE_DESCRIPTORS]; /* before the context was made */
    int descriptor;                        /* -1: not found */
    ino_t holder; /* what has its number while that is held; 0: nothing of ours */
};

/* Before and after lws_create_context(). */
void event_pipe_expect(struct event_pipe *pipe);
void event_pipe_find(struct event_pipe *pipe);

/* After lws_context_destroy(), at once; and when libuv has closed all that it had to. */
void event_pipe_hold(struct event_pipe *pipe);
void event_pipe_release(struct event_pipe *pipe);
