#include "crypto/websocket_accept.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/memory.h"

void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_SIZE])
{
    SCOPED_MEMORY char *joined = memory_format("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int is_done   = EVP_Digest(joined, strlen(joined), digest, &size, EVP_sha1(), NULL);

    assert(is_done == 1 && size == 20);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)size);
}
