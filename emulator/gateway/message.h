#pragma once

/*
 * One message on its way: route, event, handler, and what becomes of the handler's result. Messages
 * of one connection run concurrently and their answers come in no particular order, as on AWS.
 */

#include <stddef.h>

struct connection;
struct gateway;

/* Takes a text message of an OPEN connection; data is only read. */
void message_begin(struct connection *connection, const char *data, size_t size);

/* The connection has ended: results of what still runs are dropped. */
void messages_forget(struct connection *connection);

/* Forgets the messages of connections that have ended: only where the gateway itself goes. */
void messages_free(struct gateway *gateway);
