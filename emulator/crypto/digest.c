#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

void digest_write_hex(const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX_SIZE])
{
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void digest_hex(const void *data, size_t size, char hex[DIGEST_HEX_SIZE])
{
    unsigned char digest[DIGEST_SIZE] = {0};

    EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL);
    digest_write_hex(digest, hex);
}

void digest_hmac(const void *key, size_t key_size, const char *text, unsigned char out[DIGEST_SIZE])
{
    unsigned char digest[DIGEST_SIZE] = {0};

    HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)text, strlen(text), digest, NULL);
    memcpy(out, digest, DIGEST_SIZE);
}

bool digest_equals(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && CRYPTO_memcmp(a, b, strlen(a)) == 0;
}
