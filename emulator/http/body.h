#pragma once

/* A request's body, as it comes in pieces: bounded in size and time. */

#include <stdbool.h>
#include <stddef.h>

struct call;

/*
 * Takes a piece, of which only what the call's table allows is kept. False after logging why: the
 * body goes on without end, or isn't complete seconds_max after its second piece (0: it may take
 * for ever); its connection is to be closed.
 */
bool body_take(struct call *call, const char *data, size_t size, unsigned seconds_max);
