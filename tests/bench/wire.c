#include "tests/bench/wire.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHORT_MAX     125 /* payloads whose size is in the second byte */
#define TWO_BYTES     126 /* the size is in the next two */
#define FIN_TEXT      0x81
#define MASKED        0x80
#define STATUS_AT     9 /* in "HTTP/1.1 200" */
#define LENGTH_HEADER "\r\nContent-Length:"

bool wire_read_message(const char *data, size_t size, struct wire_message *message)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    bool is_answer  = size > STATUS_AT && memcmp(data, "HTTP/", 5) == 0;
    size_t body     = 0;

    if (!end)
        return false;
    for (const char *at = data; at < end; at++) {
        if (*at == '\r' && (size_t)(end - at) > strlen(LENGTH_HEADER) &&
            strncasecmp(at, LENGTH_HEADER, strlen(LENGTH_HEADER)) == 0)
            body = strtoul(at + strlen(LENGTH_HEADER), NULL, 10);
    }
    message->status    = is_answer ? (int)strtol(data + STATUS_AT, NULL, 10) : 0;
    message->head_size = (size_t)(end - data) + 4;
    message->body_size = body;
    return size - message->head_size >= body;
}

size_t wire_read_frame(const char *data, size_t size, const char **payload, size_t *payload_size,
                       unsigned *kind)
{
    const unsigned char *bytes = (const unsigned char *)data;
    size_t header              = 2;
    size_t length;

    if (size < 2)
        return 0;
    length = bytes[1] & 127;
    if (length == TWO_BYTES) {
        if (size < 4)
            return 0;
        header = 4;
        length = (size_t)bytes[2] << 8 | bytes[3];
    }
    if (size < header + length)
        return 0;
    *payload      = data + header;
    *payload_size = length;
    *kind         = bytes[0] & 15u;
    return header + length;
}

size_t wire_write_text(const char *payload, size_t size, bool is_masked, char out[WIRE_FRAME_MAX])
{
    size_t header = 2;

    out[0] = (char)FIN_TEXT;
    if (size <= SHORT_MAX) {
        out[1] = (char)size;
    } else {
        out[1] = TWO_BYTES;
        out[2] = (char)(size >> 8);
        out[3] = (char)size;
        header = 4;
    }
    if (is_masked) { /* with zeros, which change nothing */
        out[1] = (char)(out[1] | MASKED);
        memset(out + header, 0, 4);
        header += 4;
    }
    memcpy(out + header, payload, size);
    return header + size;
}
