#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_append(struct text *out, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i += 3) {
        size_t left   = size - i;
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)(left > 1 ? bytes[i + 1] : 0) << 8 |
                        (uint32_t)(left > 2 ? bytes[i + 2] : 0);

        text_append_character(out, alphabet[bits >> 18]);
        text_append_character(out, alphabet[bits >> 12 & 63]);
        text_append_character(out, left > 1 ? alphabet[bits >> 6 & 63] : '=');
        text_append_character(out, left > 2 ? alphabet[bits & 63] : '=');
    }
}

/* -1: no digit. */
static int digit_of(char character)
{
    const char *at = character ? strchr(alphabet, character) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

bool base64_append_decoded(struct text *out, const char *data, size_t size)
{
    uint32_t bits      = 0;
    size_t digit_count = 0;
    size_t padding     = 0;

    for (size_t i = 0; i < size; i++) {
        int digit = digit_of(data[i]);

        if (data[i] == '\r' || data[i] == '\n')
            continue;
        if (data[i] == '=') {
            padding++;
            continue;
        }
        if (digit < 0 || padding > 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (++digit_count % 4 == 0) {
            text_append_character(out, (char)(bits >> 16));
            text_append_character(out, (char)(bits >> 8));
            text_append_character(out, (char)bits);
        }
    }
    if ((digit_count + padding) % 4 != 0 || padding > 2 || digit_count % 4 == 1)
        return false;
    if (digit_count % 4 >= 2)
        text_append_character(out, (char)(digit_count % 4 == 2 ? bits >> 4 : bits >> 10));
    if (digit_count % 4 == 3)
        text_append_character(out, (char)(bits >> 2));
    return true;
}
