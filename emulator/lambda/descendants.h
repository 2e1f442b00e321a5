#pragma once

/* What a process that is a child subreaper has started, directly or not. */

/* Kills all of it and waits until it is gone, at most milliseconds: what can't be killed by then
 * hangs in the kernel. */
void descendants_end(int milliseconds);
