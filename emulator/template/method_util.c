/*
 * $util.
 *
 * AWS: "$util variables". AWS?: what they do with anything but a text isn't known; here there is
 * no such method, which gives nothing.
 */

#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"
#include "template/java_string.h"
#include "template/lenient_json.h"
#include "template/method.h"
#include "template/run.h"

static struct value take(struct mapping_run *run, const struct text *text)
{
    return run_check_size(run, text) ? value_copy(run, text_string(text), text->size)
                                     : value_null();
}

/* Appends what of bytes is UTF-8; U+FFFD for the rest, as Java decodes them. */
static void append_decoded(const char *data, size_t size, struct text *out)
{
    for (size_t at = 0; at < size;) {
        uint32_t code_point;

        at += java_decode(data + at, size - at, &code_point);
        java_append(out, code_point);
    }
}

static struct value base64_encode(const struct call *call)
{
    SCOPED_TEXT text = {0};

    if (!argument_is_string(call, 0))
        return value_null();
    run_count(call->run, call->arguments[0].size / 16);
    base64_append(&text, call->arguments[0].string, call->arguments[0].size);
    return take(call->run, &text);
}

/* As commons-codec does: both alphabets, and what is in neither is skipped. */
static int base64_digit(char character)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = character != '\0' ? strchr(alphabet, character) : NULL;

    if (character == '-')
        return 62;
    if (character == '_')
        return 63;
    return found ? (int)(found - alphabet) : -1;
}

static struct value base64_decode(const struct call *call)
{
    SCOPED_TEXT bytes = {0};
    SCOPED_TEXT text  = {0};
    uint32_t bits     = 0;
    int count         = 0;

    if (!argument_is_string(call, 0))
        return value_null();
    run_count(call->run, call->arguments[0].size / 16);
    for (size_t i = 0; i < call->arguments[0].size && call->arguments[0].string[i] != '='; i++) {
        int digit = base64_digit(call->arguments[0].string[i]);

        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            text_append_character(&bytes, (char)(bits >> count & 0xff));
        }
    }
    append_decoded(text_string(&bytes), bytes.size, &text);
    return take(call->run, &text);
}

static struct value escape_java_script(const struct call *call)
{
    SCOPED_TEXT text = {0};

    if (!argument_is_string(call, 0))
        return value_null();
    run_count(call->run, call->arguments[0].size / 16);
    java_escape_java_script(call->arguments[0].string, call->arguments[0].size, &text);
    return take(call->run, &text);
}

static struct value parse_json(const struct call *call)
{
    if (!argument_is_string(call, 0))
        return value_null();
    return lenient_json_parse(call->run, call->arguments[0].string, call->arguments[0].size);
}

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

static struct value url_decode(const struct call *call)
{
    SCOPED_TEXT bytes = {0};
    SCOPED_TEXT text  = {0};
    const char *at;
    const char *end;

    if (!argument_is_string(call, 0))
        return value_null();
    at  = call->arguments[0].string;
    end = at + call->arguments[0].size;
    run_count(call->run, call->arguments[0].size / 16);
    for (; at < end; at++) {
        if (*at != '%') {
            text_append_character(&bytes, *at == '+' ? ' ' : *at);
            continue;
        }
        if (end - at < 3 || hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0) {
            run_fail(call->run, "urlDecode: '%%' without two hexadecimal digits");
            return value_null();
        }
        text_append_character(&bytes, (char)(hex_digit(at[1]) << 4 | hex_digit(at[2])));
        at += 2;
    }
    append_decoded(text_string(&bytes), bytes.size, &text);
    return take(call->run, &text);
}

static bool is_kept(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '*' || byte == '_';
}

static struct value url_encode(const struct call *call)
{
    static const char digits[] = "0123456789ABCDEF";
    SCOPED_TEXT text           = {0};

    if (!argument_is_string(call, 0))
        return value_null();
    run_count(call->run, call->arguments[0].size / 16);
    for (size_t i = 0; i < call->arguments[0].size; i++) {
        unsigned char byte = (unsigned char)call->arguments[0].string[i];

        if (is_kept(byte) || byte == ' ') {
            text_append_character(&text, byte == ' ' ? '+' : (char)byte);
            continue;
        }
        text_append_character(&text, '%');
        text_append_character(&text, digits[byte >> 4]);
        text_append_character(&text, digits[byte & 15]);
    }
    return take(call->run, &text);
}

static const struct method methods[] = {
    {"base64Decode",     1, 1, base64_decode     },
    {"base64Encode",     1, 1, base64_encode     },
    {"escapeJavaScript", 1, 1, escape_java_script},
    {"parseJson",        1, 1, parse_json        },
    {"urlDecode",        1, 1, url_decode        },
    {"urlEncode",        1, 1, url_encode        },
};

const struct method_table methods_of_util = {methods, ARRAY_SIZE(methods)};
