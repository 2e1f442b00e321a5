#pragma once

/*
 * One request's way through libmicrohttpd: its target, head and body come in, somebody answers at
 * once or later, and the answer goes out. These are the functions that libmicrohttpd calls; the
 * server that is their owner brings it the sockets.
 */

#include <microhttpd.h>
#include <stddef.h>

struct http_server;

/* A request's first line has come. Returns the call that becomes its context. */
void *request_on_target(void *owner, const char *target, struct MHD_Connection *connection);

/*
 * libmicrohttpd calls this with the head, with each piece of the body, at the end of the body, and
 * from there on again after each resume.
 */
enum MHD_Result request_on_part(void *owner, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **context);

/* libmicrohttpd is through with a request, whatever became of it. */
void request_on_completed(void *owner, struct MHD_Connection *connection, void **context,
                          enum MHD_RequestTerminationCode code);

/* The peer of a call that waits for its answer has left. */
void request_on_peer_left(void *owner, void *peer);

/* Frees the calls that are kept for later requests. */
void request_free_spare(struct http_server *server);
