#pragma once

/* SHA-256, its HMAC, and comparing secrets. */

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE     32
#define DIGEST_HEX_SIZE 65 /* with the NUL */

/* Lower-case hex of the SHA-256 of size bytes. */
void digest_hex(const void *data, size_t size, char hex[DIGEST_HEX_SIZE]);

/* HMAC-SHA-256 of text; out may be key. */
void digest_hmac(const void *key, size_t key_size, const char *text,
                 unsigned char out[DIGEST_SIZE]);

void digest_write_hex(const unsigned char digest[DIGEST_SIZE], char hex[DIGEST_HEX_SIZE]);

/* Compares without telling by its time how much is equal. */
bool digest_equals(const char *a, const char *b);
