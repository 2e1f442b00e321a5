#pragma once

/* The one command that `run` starts: a child with our standard streams, and its exit as a callback.
 */

struct child;
struct loop;

/*
 * Starts command (argv, ending in NULL) with environment ("NAME=value", ending in NULL). on_exit
 * gets its exit status, 128 and the number if a signal ended it. Returns NULL after logging why;
 * *status is then 127 or 126, as a shell gives it.
 */
struct child *child_start(struct loop *loop, char *const *command, const char *const *environment,
                          void (*on_exit)(void *owner, int status), void *owner, int *status);

/* Passes a signal on; nothing once it has exited. */
void child_signal(struct child *child, int number);

/* Frees it; its exit isn't reported any more. Harmless with NULL. */
void child_free(struct child *child);
