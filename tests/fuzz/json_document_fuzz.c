/* Documents: what is parsed and printed must parse again and print the same; errors have a place.
 */

#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "json/json.h"

static void check_tree(const struct json *value)
{
    size_t count = 0;

    for (const struct json *child = value->first; child; child = child->next) {
        assert((value->kind == JSON_OBJECT) == (child->name != NULL));
        assert(child->line >= value->line && child->column > 0);
        if (child->name)
            assert(value->count > 64 || json_find(value, child->name) == child);
        check_tree(child);
        count++;
    }
    assert(count == value->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    SCOPED_TEXT printed     = {0};
    SCOPED_TEXT again       = {0};
    struct json *value      = json_parse(&arena, (const char *)data, size, &error);

    if (value) {
        check_tree(value);
        json_print(value, &printed);
        value = json_parse(&arena, printed.data, printed.size, &error);
        assert(value);
        json_print(value, &again);
        assert(text_equals(&again, text_string(&printed)) || printed.size == again.size);
    } else {
        assert(error.message && error.line > 0 && error.column > 0);
    }
    arena_deinit(&arena);
    return 0;
}
