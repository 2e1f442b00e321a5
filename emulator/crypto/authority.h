#pragma once

/*
 * The certificate authority that a data directory keeps: ca.pem and ca-key.pem, made when they
 * aren't there and anew when they have expired, and ca-bundle.pem, the system's roots with ours
 * and those that NODE_EXTRA_CA_CERTS of the caller names.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>

struct authority {
    X509 *certificate;
    EVP_PKEY *key;
    char *file;        /* PEM of certificate */
    char *bundle_file; /* PEM of the system's roots, the caller's own and certificate */
};

/*
 * Opens directory, which exists. Returns 0, or a negative errno after logging what is wrong and,
 * where it is a file's contents, which file to delete.
 */
int authority_init(struct authority *authority, const char *directory);
void authority_deinit(struct authority *authority);
