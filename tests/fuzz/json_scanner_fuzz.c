/*
 * The scanner on any bytes: it must find the same to be JSON as the tree does, and only spans that
 * lie within the bytes and are JSON themselves.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "json/java_text.h"
#include "json/json.h"
#include "json/scanner.h"

struct bytes {
    const char *data;
    size_t size;
};

static void check_span(const struct bytes *bytes, const struct json_span *span)
{
    assert(span->data >= bytes->data && span->size > 0);
    assert(span->data + span->size <= bytes->data + bytes->size);
    assert(json_is_valid(span->data, span->size));
}

static bool check_member(void *owner, const struct json_span *name, const struct json_span *value)
{
    SCOPED_TEXT decoded = {0};

    check_span(owner, name);
    check_span(owner, value);
    json_span_decode(name, &decoded);
    assert(decoded.size <= name->size - 2);
    if (memchr(text_string(&decoded), '\0', decoded.size) == NULL)
        assert(json_span_is_string(name, text_string(&decoded)));
    return true;
}

static void check_children(const struct bytes *bytes, const struct json_span *span)
{
    struct json_cursor cursor = json_cursor_begin(span);
    struct json_span name;
    struct json_span value;

    while (json_cursor_next(&cursor, &name, &value)) {
        assert((span->kind == JSON_OBJECT) == (name.data != NULL));
        check_span(bytes, &value);
    }
    json_span_each(span, check_member, (void *)(uintptr_t)bytes);
}

static void check_paths(const struct bytes *bytes, bool expected)
{
    static const struct json_step steps[] = {
        {.name = "a", .size = 1},
        {.name = "b",           .size = 1},
        {.index = 1},
    };
    const struct json_path paths[] = {
        {NULL,      0},
        {steps,     1},
        {steps,     2},
        {steps,     3},
        {steps + 1, 1},
        {steps + 1, 2},
        {steps + 2, 1},
    };
    struct json_span spans[ARRAY_SIZE(paths)];
    SCOPED_TEXT text = {0};

    assert(json_scan(bytes->data, bytes->size, paths, spans, ARRAY_SIZE(paths)) == expected);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        assert(expected || !spans[i].data);
        if (!spans[i].data)
            continue;
        check_span(bytes, &spans[i]);
        check_children(bytes, &spans[i]);
        java_text_print(&spans[i], &text);
    }
    assert(!expected || spans[0].data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes bytes = {(const char *)data, size};
    struct arena arena       = {0};
    struct json_error error  = {0};
    bool is_valid            = json_is_valid(bytes.data, size);
    bool has_mark            = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0;

    if (json_parse(&arena, bytes.data, size, &error))
        assert(is_valid || has_mark);
    else if (is_valid) /* what only the tree refuses */
        assert(strstr(error.message, "is given twice") || strstr(error.message, "\\u0000") ||
               strstr(error.message, "is not UTF-8"));
    check_paths(&bytes, is_valid);
    arena_deinit(&arena);
    return 0;
}
