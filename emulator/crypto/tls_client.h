#pragma once

/*
 * The client's side of TLS: whom to trust, and streams to a server (crypto/tls_stream.h). The name
 * in the server's certificate is checked, or the address where the client connects to one.
 */

#include <stdbool.h>

struct tls_client;
struct tls_stream;

/* NULL after logging why. Trusts nobody yet. */
struct tls_client *tls_client_new(void);
void tls_client_free(struct tls_client *client);

/* Trusts the system's roots, and what SSL_CERT_FILE and SSL_CERT_DIR name. */
void tls_client_trust_system(struct tls_client *client);

/* Trusts the certificates in a PEM file as well. False if it can't be read as such. */
bool tls_client_trust_file(struct tls_client *client, const char *path);

/* Trusts anybody, whatever the certificate says. */
void tls_client_trust_all(struct tls_client *client);

/*
 * A stream on a connected socket, which is borrowed, to the server of that name or IP address. The
 * handshake happens in the first reads and writes. NULL after logging why.
 */
struct tls_stream *tls_client_connect(struct tls_client *client, int socket, const char *host);
