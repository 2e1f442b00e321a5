#include "gateway/content_handling.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/utf8.h"

bool content_to_binary(enum content_handling handling, struct text *body)
{
    struct text bytes = {0};

    if (handling != CONTENT_TO_BINARY || body->size == 0)
        return true;
    if (!base64_append_decoded(&bytes, body->data, body->size)) {
        text_deinit(&bytes);
        return false;
    }
    text_deinit(body);
    *body = bytes;
    return true;
}

/* AWS?: WebSocket APIs have no binaryMediaTypes; what is no UTF-8 is binary. */
static bool is_binary(const struct text *body)
{
    return !utf8_is_valid(text_string(body), body->size);
}

void content_to_text(enum content_handling handling, struct text *body)
{
    struct text encoded = {0};

    if (handling != CONTENT_TO_TEXT || !is_binary(body))
        return;
    base64_append(&encoded, body->data, body->size);
    text_deinit(body);
    *body = encoded;
}
