#include "template/java_string.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

#define REPLACEMENT 0xfffd

size_t java_decode(const char *data, size_t size, uint32_t *code_point)
{
    size_t used;

    if ((unsigned char)*data < 0x80) {
        *code_point = (unsigned char)*data;
        return 1;
    }
    used = utf8_decode(data, size, code_point);
    if (used > 0)
        return used;
    *code_point = REPLACEMENT;
    return 1;
}

void java_append(struct text *out, uint32_t code_point)
{
    char bytes[4];
    size_t size;

    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        size     = 1;
    } else if (code_point < 0x800) {
        bytes[0] = (char)(0xc0 | code_point >> 6);
        bytes[1] = (char)(0x80 | (code_point & 0x3f));
        size     = 2;
    } else if (code_point < 0x10000) {
        bytes[0] = (char)(0xe0 | code_point >> 12);
        bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code_point & 0x3f));
        size     = 3;
    } else {
        bytes[0] = (char)(0xf0 | code_point >> 18);
        bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (code_point & 0x3f));
        size     = 4;
    }
    text_append(out, bytes, size);
}

static size_t units(uint32_t code_point)
{
    return code_point > 0xffff ? 2 : 1;
}

size_t java_length(const char *data, size_t size)
{
    size_t length = 0;

    for (size_t at = 0; at < size;) {
        uint32_t code_point;

        at += java_decode(data + at, size - at, &code_point);
        length += units(code_point);
    }
    return length;
}

size_t java_offset(const char *data, size_t size, size_t index)
{
    size_t at = 0;

    for (size_t length = 0; at < size && length < index;) {
        uint32_t code_point;

        at += java_decode(data + at, size - at, &code_point);
        length += units(code_point);
    }
    return at;
}

void java_substring(const char *data, size_t size, size_t begin, size_t end, struct text *out)
{
    size_t unit = 0;

    for (size_t at = 0; at < size && unit < end;) {
        uint32_t code_point;
        size_t used  = java_decode(data + at, size - at, &code_point);
        size_t after = unit + units(code_point);

        if (unit >= begin && after <= end)
            text_append(out, data + at, used);
        else if (after > begin)
            java_append(out, REPLACEMENT);
        at += used;
        unit = after;
    }
}

int32_t java_hash_code(const char *data, size_t size)
{
    uint32_t hash = 0;

    for (size_t at = 0; at < size;) {
        uint32_t code_point;

        at += java_decode(data + at, size - at, &code_point);
        if (code_point > 0xffff) {
            hash       = 31 * hash + (0xd800 + ((code_point - 0x10000) >> 10));
            code_point = 0xdc00 + ((code_point - 0x10000) & 0x3ff);
        }
        hash = 31 * hash + code_point;
    }
    return (int32_t)hash;
}

/* The first UTF-16 unit of a character. */
static uint32_t first_unit(uint32_t code_point)
{
    return code_point > 0xffff ? 0xd800 + ((code_point - 0x10000) >> 10) : code_point;
}

int java_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t i = 0;
    size_t j = 0;

    while (i < a_size && j < b_size) {
        uint32_t left;
        uint32_t right;

        i += java_decode(a + i, a_size - i, &left);
        j += java_decode(b + j, b_size - j, &right);
        if (left == right)
            continue;
        if (first_unit(left) == first_unit(right))
            return (int)left - (int)right;
        return (int)first_unit(left) - (int)first_unit(right);
    }
    return (int)java_length(a, a_size) - (int)java_length(b, b_size);
}

static bool is_in(uint32_t code_point, uint32_t first, uint32_t last)
{
    return code_point >= first && code_point <= last;
}

/* Latin Extended-A is made of pairs, the upper case one first; where that is odd in some ranges. */
static uint32_t pair_to_case(uint32_t code_point, bool to_upper)
{
    bool is_odd_range = is_in(code_point, 0x139, 0x148) || is_in(code_point, 0x179, 0x17e);
    bool is_upper     = ((code_point & 1) == 0) != is_odd_range;

    if (is_in(code_point, 0x130, 0x131) || code_point == 0x138 || code_point == 0x149 ||
        code_point == 0x178 || code_point == 0x17f || is_upper == to_upper)
        return code_point;
    return to_upper ? code_point - 1 : code_point + 1;
}

static uint32_t to_case(uint32_t code_point, bool to_upper)
{
    static const struct {
        uint32_t first; /* of the lower case */
        uint32_t last;
        uint32_t distance; /* to the upper case */
    } ranges[] = {
        {'a',   'z',   32},
        {0xe0,  0xf6,  32},
        {0xf8,  0xfe,  32},
        {0x3b1, 0x3c1, 32},
        {0x3c3, 0x3c9, 32},
        {0x430, 0x44f, 32},
        {0x450, 0x45f, 80},
    };

    if (is_in(code_point, 0x100, 0x17f))
        return pair_to_case(code_point, to_upper);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        uint32_t distance = ranges[i].distance;

        if (to_upper && is_in(code_point, ranges[i].first, ranges[i].last))
            return code_point - distance;
        if (!to_upper && is_in(code_point, ranges[i].first - distance, ranges[i].last - distance))
            return code_point + distance;
    }
    return code_point;
}

void java_change_case(const char *data, size_t size, bool to_upper, struct text *out)
{
    for (size_t at = 0; at < size;) {
        uint32_t code_point;

        at += java_decode(data + at, size - at, &code_point);
        if (to_upper && code_point == 0xdf)
            text_append_string(out, "SS");
        else
            java_append(out, to_case(code_point, to_upper));
    }
}

bool java_equals_ignoring_case(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t i = 0;
    size_t j = 0;

    while (i < a_size && j < b_size) {
        uint32_t left;
        uint32_t right;

        i += java_decode(a + i, a_size - i, &left);
        j += java_decode(b + j, b_size - j, &right);
        if (left != right && to_case(left, true) != to_case(right, true))
            return false;
    }
    return i == a_size && j == b_size;
}

static void append_unit(struct text *out, uint32_t unit)
{
    text_append_format(out, "\\u%04X", unit);
}

static void escape_character(uint32_t code_point, struct text *out)
{
    static const char escaped[] = "'\"\\/\b\n\t\f\r";
    static const char letters[] = "'\"\\/bntfr";
    const char *found =
        code_point > 0 && code_point < 0x80 ? strchr(escaped, (int)code_point) : NULL;

    if (found) {
        text_append_character(out, '\\');
        text_append_character(out, letters[found - escaped]);
    } else if (code_point > 0xffff) {
        append_unit(out, 0xd800 + ((code_point - 0x10000) >> 10));
        append_unit(out, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
    } else if (code_point > 0x7f || code_point < 0x20) {
        append_unit(out, code_point);
    } else {
        text_append_character(out, (char)code_point);
    }
}

static bool is_plain(char character)
{
    unsigned char byte = (unsigned char)character;

    return byte >= 0x20 && byte < 0x80 && byte != '\'' && byte != '"' && byte != '\\' &&
           byte != '/';
}

void java_escape_java_script(const char *data, size_t size, struct text *out)
{
    for (size_t at = 0; at < size;) {
        size_t plain = 0;
        uint32_t code_point;

        while (at + plain < size && is_plain(data[at + plain]))
            plain++;
        text_append(out, data + at, plain);
        at += plain;
        if (at == size)
            break;
        at += java_decode(data + at, size - at, &code_point);
        escape_character(code_point, out);
    }
}
