#pragma once

/* Connecting: from a target to an open WebSocket connection, or to why there is none. */

struct client_settings;
struct printer;
struct text;
struct transport;

/*
 * Connects, shakes hands, and tells the printer how that went. NULL: there is no connection.
 * Frames that came with the server's answer are put into received, which must be empty.
 */
struct transport *opening_connect(const struct client_settings *settings, struct printer *printer,
                                  struct text *received);
