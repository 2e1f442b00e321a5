#include "json/json_value.h"

#include <string.h>

#include "json/json.h"

/* Every whole double beyond this is an integer. */
#define EXACT_INTEGER_MAX 9007199254740992.0

bool json_is_integer(const struct json *value)
{
    if (value->kind != JSON_NUMBER)
        return false;
    if (value->number >= EXACT_INTEGER_MAX || value->number <= -EXACT_INTEGER_MAX)
        return true;
    return (double)(long long)value->number == value->number;
}

static bool equal_children(const struct json *a, const struct json *b)
{
    const struct json *other = b->first;

    if (a->count != b->count)
        return false;
    for (const struct json *child = a->first; child; child = child->next) {
        const struct json *same = a->kind == JSON_OBJECT ? json_find(b, child->name) : other;

        if (!same || !json_equals(child, same))
            return false;
        other = other->next;
    }
    return true;
}

bool json_equals(const struct json *a, const struct json *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case JSON_NULL:
        return true;
    case JSON_BOOLEAN:
        return a->boolean == b->boolean;
    case JSON_NUMBER:
        return a->number == b->number;
    case JSON_STRING:
        return a->size == b->size && memcmp(a->string, b->string, a->size) == 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return equal_children(a, b);
    }
    return false;
}

size_t json_character_count(const struct json *string)
{
    size_t count = 0;

    for (size_t i = 0; i < string->size; i++)
        count += (string->string[i] & 0xc0) != 0x80;
    return count;
}
