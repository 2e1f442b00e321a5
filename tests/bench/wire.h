#pragma once

/*
 * As much of HTTP and of WebSocket frames as load needs: heads with a length, short frames. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>

/* The client's key is always the same, so that the floor needs no SHA-1. */
#define WIRE_KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define WIRE_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* The longest payload that is sent or understood, and what a frame of it may take. */
#define WIRE_PAYLOAD_MAX 1000
#define WIRE_FRAME_MAX   (WIRE_PAYLOAD_MAX + 8)

/* A request or an answer. */
struct wire_message {
    int status;       /* of an answer; 0 for a request */
    size_t head_size; /* with the empty line */
    size_t body_size;
};

/* False while it isn't complete. */
bool wire_read_message(const char *data, size_t size, struct wire_message *message);

/* One frame of a server: the size of all of it, 0 while it isn't complete. */
size_t wire_read_frame(const char *data, size_t size, const char **payload, size_t *payload_size,
                       unsigned *kind);

/* Write to out and return the size. */
size_t wire_write_text(const char *payload, size_t size, bool is_masked, char out[WIRE_FRAME_MAX]);
