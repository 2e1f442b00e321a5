/*
 * YAML of any bytes: what it reads as is JSON that reads as the same, no deeper and no larger than
 * is allowed; and what can't be read has its place.
 */

#include <assert.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "project/yaml.h"
#include "json/json.h"

static size_t count_values(const struct json *value, unsigned depth)
{
    size_t count = 1;

    assert(depth <= JSON_DEPTH_MAX + 3);
    for (const struct json *child = value->first; child; child = child->next)
        count += count_values(child, depth + 1);
    return count;
}

static void check_same(struct arena *arena, const struct json *value)
{
    SCOPED_TEXT printed     = {0};
    SCOPED_TEXT again       = {0};
    struct json_error error = {0};
    const struct json *parsed;

    json_print(value, &printed);
    parsed = json_parse(arena, text_string(&printed), printed.size, &error);
    if (!parsed) /* the one thing that JSON allows less of is depth */
        return;
    json_print(parsed, &again);
    assert(text_equals(&again, text_string(&printed)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena       = {0};
    struct json_error error  = {0};
    char *copy               = fuzz_copy(data, size);
    const struct json *value = yaml_parse(&arena, copy, size, &error);

    if (value) {
        assert(count_values(value, 0) <= YAML_VALUES_MAX * 2);
        check_same(&arena, value);
    } else {
        assert(error.message && *error.message);
    }
    free(copy);
    arena_deinit(&arena);
    return 0;
}
