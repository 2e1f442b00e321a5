#pragma once

/*
 * One socket of the load generator, with the bytes that have come and aren't used up yet. Loopback
 * only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest answer or frame that is looked at as a whole. */
#define STREAM_SIZE 4096

struct stream {
    int socket; /* -1: closed */
    unsigned size;
    char data[STREAM_SIZE];
};

enum stream_result { STREAM_MORE, STREAM_NOTHING, STREAM_CLOSED };

/* A connection that is being made, not blocking: source is the last byte of 127.0.0.x. -1 with
 * errno. */
int stream_connect(uint16_t port, unsigned source);

/* A listening socket on a free port of 127.0.0.1, or -1 with errno. */
int stream_listen(uint16_t *port);

/* Reads once. STREAM_CLOSED also if the peer sends more than fits. */
enum stream_result stream_read(struct stream *stream);

/* Forgets the first size bytes. */
void stream_drop(struct stream *stream, size_t size);

/* Writes everything, waiting for room where there is none. False: the connection is lost. */
bool stream_write(int socket, const char *data, size_t size);

void stream_close(struct stream *stream);
