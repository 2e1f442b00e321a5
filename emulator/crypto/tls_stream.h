#pragma once

/*
 * TLS on a connected, non-blocking socket: reads and writes plain bytes, never waits. TLS 1.2 and
 * 1.3. What is said of servers here: ALPN is answered with http/1.1 only; no sessions, tickets or
 * renegotiation. Clients' streams begin in crypto/tls_client.h.
 */

#include <stddef.h>

struct certificates;
struct ssl_st;
struct tls_server;
struct tls_stream;

/* What one call came to. */
enum tls_progress {
    TLS_PROGRESS, /* something was read or written */
    TLS_BLOCKED,  /* nothing until the socket becomes readable or writable */
    TLS_ENDED,    /* the peer sends nothing more; it may still read */
    TLS_REFUSED,  /* not TLS, none that we speak, nobody to trust: an alert was sent if it could be
                   */
    TLS_BROKEN,   /* the connection is gone */
};

/* What all streams share. Uses certificates, which must outlive it. */
struct tls_server *tls_server_new(struct certificates *certificates);
void tls_server_free(struct tls_server *server);

/* The socket is borrowed. The handshake happens in the first reads. NULL after logging why. */
struct tls_stream *tls_stream_new(struct tls_server *server, int socket);

/* For the folder's own files: a stream of OpenSSL's connection, which it takes over. */
struct tls_stream *tls_stream_wrap(struct ssl_st *ssl);
void tls_stream_free(struct tls_stream *stream);

/* What was wrong, for people, if TLS was refused; static. NULL: it wasn't. */
const char *tls_stream_refusal(const struct tls_stream *stream);

/* Reads at most size bytes; *done is written only for TLS_PROGRESS. */
enum tls_progress tls_stream_read(struct tls_stream *stream, void *data, size_t size, size_t *done);

/*
 * Writes some of size bytes, at least one; *done is written only for TLS_PROGRESS. After
 * TLS_BLOCKED the next call must begin with the same bytes, wherever they are by then.
 */
enum tls_progress tls_stream_write(struct tls_stream *stream, const void *data, size_t size,
                                   size_t *done);

/* Tells the peer that nothing more comes. Harmless before the handshake and when told already. */
enum tls_progress tls_stream_end(struct tls_stream *stream);
