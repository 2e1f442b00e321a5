#pragma once

/*
 * The end of a websocket, from the first wish to the last callback: codes, reasons, our close frame
 * behind what is queued, and a bound for clients that don't go.
 */

#include <stddef.h>
#include <stdint.h>

#include "websocket/socket.h"

struct websocket;

/* Nothing more is delivered or sent from here on, and the client's time runs. */
void closing_start(struct websocket *websocket);

/* How it came to its end. */
void closing_note_end(struct websocket *websocket, enum websocket_end end);

/* The code and the reason that count, the reason cut to what fits into a close frame. */
void closing_set(struct websocket *websocket, uint16_t code, const char *reason, size_t size);

/* The same of a close frame's payload: nothing, or a code and a reason. */
void closing_set_from_frame(struct websocket *websocket, const unsigned char *payload, size_t size);

/* Gives libwebsockets the close frame; the caller then makes it close. */
void closing_announce(struct websocket *websocket);

/* Moves the closing on in the next turn, outside of libwebsockets' callbacks. */
void closing_continue(struct websocket *websocket);

/* Writing failed: the connection is dropped in the next turn. */
void closing_fail(struct websocket *websocket);

/* Stops what waits for it. */
void closing_forget(struct websocket *websocket);
