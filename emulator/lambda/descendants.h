#pragma once

#include <stdbool.h>

/* What a process that is a child subreaper has started, directly or not. */

/* Kills all of it and waits until it is gone, at most milliseconds: what can't be killed by then
 * hangs in the kernel. */
void descendants_end(int milliseconds);

/*
 * Kills those children of ours that somebody started who is gone: whose environment has variable
 * ("NAME="), with a value that is_wanted() doesn't know. What daemonised becomes a child of ours.
 * False if one of them has no environment: it may be about to get one.
 */
bool descendants_end_strays(const char *variable, bool (*is_wanted)(void *owner, const char *value),
                            void *owner);
