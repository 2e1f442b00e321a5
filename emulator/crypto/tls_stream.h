#pragma once

/*
 * The server's side of TLS on a connected, non-blocking socket: reads and writes plain bytes, never
 * waits. TLS 1.2 and 1.3; ALPN is answered with http/1.1 only; no sessions, tickets or
 * renegotiation.
 */

#include <stddef.h>

struct certificates;
struct tls_server;
struct tls_stream;

/* What one call came to. */
enum tls_progress {
    TLS_PROGRESS, /* something was read or written */
    TLS_BLOCKED,  /* nothing until the socket becomes readable or writable */
    TLS_ENDED,    /* the client sends nothing more; it may still read */
    TLS_REFUSED,  /* not TLS, or none that we speak: an alert was sent if one could be */
    TLS_BROKEN,   /* the connection is gone */
};

/* What all streams share. Uses certificates, which must outlive it. */
struct tls_server *tls_server_new(struct certificates *certificates);
void tls_server_free(struct tls_server *server);

/* The socket is borrowed. The handshake happens in the first reads. NULL after logging why. */
struct tls_stream *tls_stream_new(struct tls_server *server, int socket);
void tls_stream_free(struct tls_stream *stream);

/* Reads at most size bytes; *done is written only for TLS_PROGRESS. */
enum tls_progress tls_stream_read(struct tls_stream *stream, void *data, size_t size, size_t *done);

/*
 * Writes some of size bytes, at least one; *done is written only for TLS_PROGRESS. After
 * TLS_BLOCKED the next call must begin with the same bytes, wherever they are by then.
 */
enum tls_progress tls_stream_write(struct tls_stream *stream, const void *data, size_t size,
                                   size_t *done);

/* Tells the client that nothing more comes. Harmless before the handshake and when told already. */
enum tls_progress tls_stream_end(struct tls_stream *stream);
