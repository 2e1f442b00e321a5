/*
 * Models: the first line is a schema of draft 4, what follows a message that is checked against it.
 * A broken schema has at least one complaint; a message fits, or there is a text that says why not.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "json/draft4.h"
#include "json/json.h"

static void count_complaint(void *owner, const struct json *where, bool is_warning,
                            const char *message)
{
    assert(where && strlen(message) > 0);
    *(size_t *)owner += !is_warning;
}

static void check(const char *schema_text, size_t schema_size, const char *body, size_t body_size)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    struct draft4 *draft4   = draft4_new("https://models/");
    SCOPED_TEXT problems    = {0};
    size_t complaints       = 0;
    const struct json *schema;
    const struct json *value;
    bool is_good;

    schema = json_parse(&arena, schema_text, schema_size, &error);
    value  = json_parse_any(&arena, body, body_size, &error);
    if (schema) {
        draft4_add(draft4, "Model", schema);
        is_good = draft4_compile(draft4, count_complaint, &complaints);
        assert(is_good == (complaints == 0));
        if (is_good && value)
            assert(draft4_check(draft4, "Model", value, &problems) == (problems.size == 0));
    }
    draft4_free(draft4);
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end  = size > 0 ? memchr(text, '\n', size) : NULL;

    if (end)
        check(text, (size_t)(end - text), end + 1, size - (size_t)(end - text) - 1);
    return 0;
}
