#include "base/utf8.h"

#include "base/memory.h"

/* The first byte of a character, how many follow it, and the bounds of the first of these; the
 * others are from 0x80 to 0xbf. RFC 3629, section 4. */
static const struct {
    unsigned char first;
    unsigned char last;
    unsigned char more;
    unsigned char least;
    unsigned char most;
} forms[] = {
    {0x00, 0x7f, 0, 0x00, 0x00},
    {0xc2, 0xdf, 1, 0x80, 0xbf},
    {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf},
    {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* The size of the character at the front of size bytes; 0 if it is none. */
static size_t character_size(const unsigned char *at, size_t size)
{
    size_t form = 0;

    while (form < ARRAY_SIZE(forms) && (at[0] < forms[form].first || at[0] > forms[form].last))
        form++;
    if (form == ARRAY_SIZE(forms) || forms[form].more >= size)
        return 0;
    for (size_t i = 1; i <= forms[form].more; i++) {
        if (at[i] < (i == 1 ? forms[form].least : 0x80) ||
            at[i] > (i == 1 ? forms[form].most : 0xbf))
            return 0;
    }
    return 1u + forms[form].more;
}

bool utf8_is_valid(const char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data;

    while (size > 0) {
        size_t taken = character_size(at, size);

        if (taken == 0)
            return false;
        at += taken;
        size -= taken;
    }
    return true;
}

size_t utf8_decode(const char *data, size_t size, uint32_t *code_point)
{
    static const uint8_t lead_bits[] = {0x7f, 0x1f, 0x0f, 0x07}; /* by the bytes that follow */
    const unsigned char *at          = (const unsigned char *)data;
    size_t taken                     = size > 0 ? character_size(at, size) : 0;
    uint32_t value;

    if (taken == 0)
        return 0;
    value = at[0] & lead_bits[taken - 1];
    for (size_t i = 1; i < taken; i++)
        value = value << 6 | (at[i] & 0x3f);
    *code_point = value;
    return taken;
}
