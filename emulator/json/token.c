#include "json/token.h"

#include <stdint.h>
#include <string.h>

/* Each of the eight bytes of a word, by its lowest or highest bit. */
#define LOW_BITS  0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/* High bits where a byte of word is zero; bytes above the first one may be marked wrongly. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - LOW_BITS) & ~word & HIGH_BITS;
}

/* Strings are most of a message, so eight bytes are looked at in one step. */
static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t word;

        memcpy(&word, at, sizeof word);
        if (zero_bytes(word ^ LOW_BITS * '"') | zero_bytes(word ^ LOW_BITS * '\\') |
            ((word - LOW_BITS * 0x20) & ~word & HIGH_BITS))
            break;
        at += 8;
    }
    while (at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return at;
}

static int hexadecimal(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

const char *token_escape_end(const char *at, const char *end)
{
    if (at == end || *at == '\0' || !strchr("\"\\/bfnrtu", *at))
        return NULL;
    if (*at++ != 'u')
        return at;
    if (end - at < 4)
        return NULL;
    for (size_t i = 0; i < 4; i++) {
        if (hexadecimal(at[i]) < 0)
            return NULL;
    }
    return at + 4;
}

const char *token_string_end(const char *at, const char *end)
{
    for (;;) {
        at = skip_plain(at, end);
        if (at == end || (unsigned char)*at < 0x20)
            return NULL;
        if (*at++ == '"')
            return at;
        at = token_escape_end(at, end);
        if (!at)
            return NULL;
    }
}

const char *token_number_end(const char *at, const char *end)
{
    if (at < end && *at == '-')
        at++;
    if (!is_digit(at, end))
        return NULL;
    if (*at == '0' && is_digit(at + 1, end))
        return NULL;
    while (is_digit(at, end))
        at++;
    if (at < end && *at == '.') {
        at++;
        if (!is_digit(at, end))
            return NULL;
        while (is_digit(at, end))
            at++;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        if (!is_digit(at, end))
            return NULL;
        while (is_digit(at, end))
            at++;
    }
    return at;
}

const char *token_word_end(const char *at, const char *end, const char *word, size_t size)
{
    if ((size_t)(end - at) < size || memcmp(at, word, size) != 0)
        return NULL;
    return at + size;
}

static unsigned code_unit(const char *digits)
{
    unsigned value = 0;

    for (size_t i = 0; i < 4; i++)
        value = value << 4 | (unsigned)hexadecimal(digits[i]);
    return value;
}

static size_t put_utf8(unsigned code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

/* *at stands at the four digits of a \u escape and is moved behind it, its partner included. */
static unsigned take_code_point(const char **at, const char *end)
{
    unsigned first = code_unit(*at);

    *at += 4;
    if (first < 0xd800 || first > 0xdfff)
        return first;
    if (first < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        unsigned second = code_unit(*at + 2);

        if (second >= 0xdc00 && second <= 0xdfff) {
            *at += 6;
            return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        }
    }
    return 0xfffd;
}

/* Decodes the escape whose backslash is at *at and moves *at behind it. */
static size_t take_escape(const char **at, const char *end, char out[4])
{
    char letter = (*at)[1];

    *at += 2;
    switch (letter) {
    case 'b':
        out[0] = '\b';
        return 1;
    case 'f':
        out[0] = '\f';
        return 1;
    case 'n':
        out[0] = '\n';
        return 1;
    case 'r':
        out[0] = '\r';
        return 1;
    case 't':
        out[0] = '\t';
        return 1;
    case 'u':
        return put_utf8(take_code_point(at, end), out);
    default:
        out[0] = letter;
        return 1;
    }
}

/* No escape is shorter than what it stands for, so out needs no more room than the contents. */
size_t token_string_decode(const char *contents, size_t size, char *out)
{
    const char *at  = contents;
    const char *end = contents + size;
    size_t written  = 0;

    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t plain       = (size_t)((escape ? escape : end) - at);
        char decoded[4];
        size_t count;

        memcpy(out + written, at, plain);
        written += plain;
        at += plain;
        if (!escape)
            break;
        count = take_escape(&at, end, decoded);
        memcpy(out + written, decoded, count);
        written += count;
    }
    return written;
}

bool token_string_equals(const char *contents, size_t size, const char *wanted, size_t wanted_size)
{
    const char *at         = contents;
    const char *end        = contents + size;
    const char *wanted_end = wanted + wanted_size;

    if (size < wanted_size)
        return false;
    if (!memchr(contents, '\\', size))
        return size == wanted_size && memcmp(contents, wanted, size) == 0;
    while (at < end) {
        char decoded[4] = {*at};
        size_t count    = 1;

        if (*at == '\\')
            count = take_escape(&at, end, decoded);
        else
            at++;
        if ((size_t)(wanted_end - wanted) < count || memcmp(decoded, wanted, count) != 0)
            return false;
        wanted += count;
    }
    return wanted == wanted_end;
}
