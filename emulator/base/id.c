#include "base/id.h"

#include <string.h>
#include <sys/random.h>

#include "base/memory.h"

#define RAW_ID_SIZE 11

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char lower[]     = "abcdefghijklmnopqrstuvwxyz0123456789";

/* Only the loop's thread makes ids in numbers; other threads have a buffer of their own. */
static _Thread_local struct {
    unsigned char bytes[256]; /* what getentropy gives at once */
    size_t left;
} pool;

void id_random(void *bytes, size_t size)
{
    unsigned char *out = bytes;

    while (size > 0) {
        size_t part;

        if (pool.left == 0 && getentropy(pool.bytes, sizeof pool.bytes) == 0)
            pool.left = sizeof pool.bytes;
        part = size < pool.left ? size : pool.left;
        memcpy(out, pool.bytes + sizeof pool.bytes - pool.left, part);
        pool.left -= part;
        out += part;
        size -= part;
    }
}

static void encode(const unsigned char raw[RAW_ID_SIZE], char id[ID_SIZE])
{
    unsigned bits      = 0;
    unsigned bit_count = 0;
    size_t written     = 0;

    for (size_t i = 0; i < RAW_ID_SIZE; i++) {
        bits = bits << 8 | raw[i];
        bit_count += 8;
        while (bit_count >= 6) {
            bit_count -= 6;
            id[written++] = base64url[bits >> bit_count & 63];
        }
    }
    id[written++] = base64url[bits << (6 - bit_count) & 63];
    id[written++] = '=';
    id[written]   = '\0';
}

static unsigned value_of(char character)
{
    const char *at = strchr(base64url, character);

    return at ? (unsigned)(at - base64url) : 0;
}

static void begin(int64_t now, unsigned char raw[RAW_ID_SIZE])
{
    uint32_t ticks = (uint32_t)(now / 25);

    id_random(raw, RAW_ID_SIZE);
    raw[0] = (unsigned char)(ticks >> 24);
    raw[1] = (unsigned char)(ticks >> 16);
    raw[2] = (unsigned char)(ticks >> 8);
    raw[3] = (unsigned char)ticks;
}

void id_connection(int64_t now, uint16_t node, char id[ID_SIZE])
{
    unsigned char raw[RAW_ID_SIZE];

    begin(now, raw);
    raw[8]  = 2;
    raw[9]  = (unsigned char)(node >> 8);
    raw[10] = (unsigned char)node;
    encode(raw, id);
}

void id_message(int64_t now, const char *connection_id, char id[ID_SIZE])
{
    unsigned char raw[RAW_ID_SIZE];

    begin(now, raw);
    encode(raw, id);
    /* Bytes 8 to 10 end the id: its characters 11 to 14 and the two low bits of character 10. */
    id[10] = base64url[(value_of(id[10]) & 60) | (value_of(connection_id[10]) & 3)];
    memcpy(id + 11, connection_id + 11, 4);
}

void id_request(int64_t now, char id[ID_SIZE])
{
    unsigned char raw[RAW_ID_SIZE];

    begin(now, raw);
    raw[8] = 5;
    encode(raw, id);
}

bool id_is_connection(const char *id)
{
    return strlen(id) == ID_SIZE - 1 && strspn(id, base64url) == ID_SIZE - 2 &&
           id[ID_SIZE - 2] == '=';
}

/* Lower-case digits of size bytes; returns the place behind them. Ids are made for every request.
 */
static char *put_hex(char *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

void id_uuid(char id[ID_UUID_SIZE])
{
    static const unsigned char groups[] = {4, 2, 2, 2, 6}; /* bytes between the dashes */
    unsigned char bytes[16];
    size_t used = 0;

    id_random(bytes, sizeof bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    for (size_t i = 0; i < sizeof groups; i++) {
        if (i > 0)
            *id++ = '-';
        id = put_hex(id, bytes + used, groups[i]);
        used += groups[i];
    }
    *id = '\0';
}

void id_trace(int64_t now, char id[ID_TRACE_SIZE])
{
    uint32_t seconds                 = (uint32_t)(now / 1000);
    const unsigned char time_bytes[] = {(unsigned char)(seconds >> 24),
                                        (unsigned char)(seconds >> 16),
                                        (unsigned char)(seconds >> 8), (unsigned char)seconds};
    unsigned char random[12];

    id_random(random, sizeof random);
    *id++                               = '1';
    *id++                               = '-';
    id                                  = put_hex(id, time_bytes, sizeof time_bytes);
    *id++                               = '-';
    *put_hex(id, random, sizeof random) = '\0';
}

void id_random_name(char *name, size_t count)
{
    size_t last = count - 1;

    id_random(name, last);
    for (size_t i = 0; i < last; i++)
        name[i] = lower[(unsigned char)name[i] % (i == 0 ? 26 : sizeof lower - 1)];
    name[last] = '\0';
}

static uint64_t mix(uint64_t hash, const char *string)
{
    for (const char *at = string; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return (hash ^ '/') * 1099511628211u;
}

void id_derive_api(const char *folder, const char *name, char id[11])
{
    uint64_t hash = mix(mix(14695981039346656037u, folder), name);

    for (size_t i = 0; i < 10; i++) {
        size_t count = i == 0 ? 26 : sizeof lower - 1;

        hash ^= hash >> 29;
        hash *= 0xbf58476d1ce4e5b9u;
        id[i] = lower[(hash >> 33) % count];
    }
    id[10] = '\0';
}
