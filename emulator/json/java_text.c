#include "json/java_text.h"

#include <string.h>

#include "base/text.h"
#include "json/scanner.h"
#include "json/token.h"

/* at stands at the opening quote; returns the place behind the string. */
static const char *print_string(const char *at, const char *end, struct text *out)
{
    const char *behind          = token_string_end(at + 1, end);
    const struct json_span span = {JSON_STRING, at, (size_t)(behind - at)};

    json_span_decode(&span, out);
    return behind;
}

/* The text is the value's own but for a few tokens, so no structure has to be known. */
void java_text_print(const struct json_span *value, struct text *out)
{
    const char *at  = value->data;
    const char *end = at + value->size;

    while (at < end) {
        size_t other;

        switch (*at) {
        case '"':
            at = print_string(at, end, out);
            continue;
        case ':':
            text_append_character(out, '=');
            break;
        case ',':
            text_append(out, ", ", 2);
            break;
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            break;
        case '{':
        case '}':
        case '[':
        case ']':
            text_append_character(out, *at);
            break;
        default: /* a number or a word */
            other = 1;
            while (at + other < end && !strchr("]},: \t\r\n", at[other]))
                other++;
            text_append(out, at, other);
            at += other;
            continue;
        }
        at++;
    }
}
