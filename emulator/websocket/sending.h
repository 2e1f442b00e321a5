#pragma once

/*
 * What goes out of a websocket: frames, written at once where nothing is ahead of them, or queued
 * while the client doesn't read.
 */

#include <stdbool.h>
#include <stddef.h>

struct websocket;

/* True if a frame written now follows everything before it: libwebsockets holds no bytes of an
 * earlier one, which would corrupt the stream. */
bool sending_is_clear(const struct websocket *websocket);

/* The client reads again: what is queued goes out, then a close that waits for it. */
void sending_go_on(struct websocket *websocket);

/* Forgets what is queued. */
void sending_forget(struct websocket *websocket);
