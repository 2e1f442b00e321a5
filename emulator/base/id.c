#include "base/id.h"

#include <stdio.h>
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

void id_uuid(char id[ID_UUID_SIZE])
{
    unsigned char b[16];

    id_random(b, sizeof b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    snprintf(id, ID_UUID_SIZE,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
}

void id_trace(int64_t now, char id[ID_TRACE_SIZE])
{
    unsigned char b[12];

    id_random(b, sizeof b);
    snprintf(id, ID_TRACE_SIZE, "1-%08x-%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x",
             (unsigned)(now / 1000), b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
             b[10], b[11]);
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
