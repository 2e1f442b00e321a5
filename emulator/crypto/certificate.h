#pragma once

/*
 * Making one certificate: keys, names, extensions, signatures. Knows nothing of files and keeps
 * nothing. Keys are P-256, since RSA keys take too long to make.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#define CERTIFICATE_NAME_MAX 253 /* of a DNS name, as RFC 1035 has it */

#define SCOPED_CERTIFICATE __attribute__((cleanup(certificate_free_scoped)))
#define SCOPED_KEY         __attribute__((cleanup(certificate_free_key_scoped)))

/* A new key pair; NULL after logging why. The caller frees it. */
EVP_PKEY *certificate_new_key(void);

/* A certificate authority with that common name, signed by itself. NULL after logging why. */
X509 *certificate_new_authority(const char *common_name, EVP_PKEY *key);

/*
 * A server's certificate for name, a sane DNS name or an IP address. One for "localhost" or an
 * address is valid for all of this machine's loopback names, since clients that connect to an
 * address ask for no name. NULL after logging why.
 */
X509 *certificate_new_server(const char *name, EVP_PKEY *key, X509 *authority,
                             EVP_PKEY *authority_key);

/* True for an IP address, and for letters, digits, '-' and '_' in labels parted by single dots. */
bool certificate_name_is_sane(const char *name);

/* Logs "text: OpenSSL's reason" as an error and forgets the reason. Returns NULL. */
void *certificate_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

void certificate_free_scoped(X509 **certificate);
void certificate_free_key_scoped(EVP_PKEY **key);
