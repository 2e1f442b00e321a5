#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define TEXT_CAPACITY_MIN 64

/* U+FFFD, for what is no character. */
#define REPLACEMENT "\xef\xbf\xbd"

char *text_reserve(struct text *text, size_t size)
{
    size_t wanted = text->size + size + 1;

    if (wanted > text->capacity) {
        size_t capacity = text->capacity ? text->capacity * 2 : TEXT_CAPACITY_MIN;

        text->capacity = wanted > capacity ? wanted : capacity;
        text->data     = memory_resize(text->data, text->capacity);

        text->data[text->size] = '\0'; /* if nothing comes */
    }
    return text->data + text->size;
}

void text_grow(struct text *text, size_t size)
{
    text->size += size;
    text->data[text->size] = '\0';
}

void text_append(struct text *text, const void *data, size_t size)
{
    char *end = text_reserve(text, size);

    if (size > 0)
        memcpy(end, data, size);
    text_grow(text, size);
}

void text_append_string(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_append_character(struct text *text, char character)
{
    text_append(text, &character, 1);
}

void text_append_number(struct text *text, long long number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%lld", number);

    text_append(text, digits, (size_t)size);
}

void text_append_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(text, format, arguments);
    va_end(arguments);
}

void text_append_format_list(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    int size;

    va_copy(again, arguments);
    size = vsnprintf(NULL, 0, format, arguments);
    if (size > 0) {
        vsnprintf(text_reserve(text, (size_t)size), (size_t)size + 1, format, again);
        text_grow(text, (size_t)size);
    }
    va_end(again);
}

static const char *json_escape(unsigned char character)
{
    switch (character) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

void text_append_json(struct text *text, const char *data, size_t size)
{
    size_t plain = 0; /* where the run of bytes begins that need no escape */
    uint32_t code_point;

    text_append_character(text, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char character = (unsigned char)data[i];
        size_t beyond_ascii = character < 0x80 ? 0 : utf8_decode(data + i, size - i, &code_point);

        if (beyond_ascii > 0) {
            i += beyond_ascii - 1;
            continue;
        }
        if (character >= 0x20 && character < 0x80 && character != '"' && character != '\\')
            continue;
        text_append(text, data + plain, i - plain);
        plain = i + 1;
        if (character >= 0x80)
            text_append_string(text, REPLACEMENT);
        else if (json_escape(character))
            text_append_string(text, json_escape(character));
        else
            text_append_format(text, "\\u%04x", character);
    }
    text_append(text, data + plain, size - plain);
    text_append_character(text, '"');
}

void text_append_json_string(struct text *text, const char *string)
{
    text_append_json(text, string, strlen(string));
}

const char *text_string(const struct text *text)
{
    return text->data ? text->data : "";
}

bool text_equals(const struct text *text, const char *string)
{
    return text->size == strlen(string) && memcmp(text_string(text), string, text->size) == 0;
}

const char *text_behind(const char *string, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(string, prefix, size) == 0 ? string + size : NULL;
}

bool text_ends_with(const char *string, const char *end)
{
    size_t size = strlen(string);

    return size >= strlen(end) && strcmp(string + size - strlen(end), end) == 0;
}

void text_clear(struct text *text)
{
    text->size = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_cut(struct text *text, size_t size)
{
    size_t end = size;

    if (text->size <= size)
        return;
    while (end > 0 && size - end < 3 && ((unsigned char)text->data[end] & 0xc0) == 0x80)
        end--;
    text->size             = end;
    text->data[text->size] = '\0';
}

char *text_take(struct text *text)
{
    char *data = text->data ? text->data : memory_copy("", 0);

    *text = (struct text){0};
    return data;
}

void text_deinit(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}
