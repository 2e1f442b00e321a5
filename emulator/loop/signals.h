#pragma once

/* The signals that ask us to stop, as a callback on the loop. SIGPIPE and SIGXFSZ are ignored: a
 * peer that has gone, or a file that may not grow, is an error of write. */

struct loop;
struct signals;

/*
 * on_signal is called with SIGINT, SIGTERM or SIGHUP each time one comes. NULL after logging why.
 * What is started afterwards inherits that those are ignored.
 */
struct signals *signals_new(struct loop *loop, void (*on_signal)(void *owner, int number),
                            void *owner);

/* The signals do what they did before. */
void signals_free(struct signals *signals);
