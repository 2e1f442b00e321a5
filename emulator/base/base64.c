#include "base/base64.h"

#include <stdint.h>

#include "base/text.h"

void base64_append(struct text *out, const void *data, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
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
