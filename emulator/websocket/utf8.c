#include "websocket/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that begins with lead; 0: none does. */
static size_t character_size(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

/* No overlong forms, surrogates or values over U+10FFFF: they show in the second byte. */
static bool is_second_byte(unsigned char lead, unsigned char second)
{
    unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char most  = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

    return second >= least && second <= most;
}

static bool is_ascii_word(const char *data)
{
    uint64_t word;

    memcpy(&word, data, sizeof word);
    return (word & 0x8080808080808080u) == 0;
}

bool utf8_is_valid(const char *data, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)data;
    size_t at                  = 0;

    while (at < size) {
        size_t length;

        if (size - at >= 8 && is_ascii_word(data + at)) {
            at += 8;
            continue;
        }
        length = character_size(bytes[at]);
        if (length == 0 || length > size - at)
            return false;
        if (length > 1 && !is_second_byte(bytes[at], bytes[at + 1]))
            return false;
        for (size_t i = 2; i < length; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80)
                return false;
        }
        at += length;
    }
    return true;
}
