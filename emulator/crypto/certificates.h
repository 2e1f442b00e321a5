#pragma once

/*
 * The certificate authority of one data directory, and the certificates it signs for the names that
 * TLS clients ask for. Keys are P-256 and their files 0600. Made at first start, kept from then on,
 * renewed when near their end.
 */

#include <openssl/ssl.h>
#include <stddef.h>

struct certificates;

/* Opens directory (which exists), making what is missing. NULL after logging why. */
struct certificates *certificates_open(const char *directory);
void certificates_close(struct certificates *certificates);

/* PEM files: our CA alone, and the system's roots with our CA (for variables that replace the
 * roots). */
const char *certificates_ca_file(const struct certificates *certificates);
const char *certificates_bundle_file(const struct certificates *certificates);

/*
 * A server context with a certificate for name: what the client asked for by SNI, or NULL for
 * localhost, 127.0.0.1 and ::1. Kept; belongs to certificates. At most a bounded number of names is
 * kept. To be called from one thread (the TLS front's). NULL if it can't be made.
 */
SSL_CTX *certificates_context(struct certificates *certificates, const char *name);
