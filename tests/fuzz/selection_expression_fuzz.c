/*
 * Selection expressions: the first line of the input is an expression, the rest a message. Whatever
 * is no expression is refused with a message; the judgement of a message agrees with its key. The
 * same expression is tried as one of an answer.
 */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "model/limits.h"
#include "model/selection_expression.h"
#include "json/scanner.h"

static void check_message(const struct selection_expression *expression, const char *message,
                          size_t size)
{
    SCOPED_TEXT key          = {0};
    enum selection selection = selection_expression_select(expression, message, size, &key);

    switch (selection) {
    case SELECTION_KEY:
        assert(key.size > 0);
        break;
    case SELECTION_NOT_JSON:
    case SELECTION_EMPTY:
        assert(key.size == 0);
        break;
    }
    assert((selection == SELECTION_NOT_JSON) == !json_is_valid(message, size));
    /* A value becomes at most twice as long as text, and one may follow the longest key. */
    assert(key.size <= SELECTION_KEY_SIZE_MAX + 2 * size + 4096);
}

/* Two headers of any name. */
static const char *find_header(void *owner, const char *name, size_t index, size_t *size)
{
    *size = strlen(name);
    return index < 2 ? name : NULL;
}

static void check_answer(const char *source, const char *message, size_t size)
{
    static const struct selection_answer answer = {200, find_header, NULL};
    SCOPED_TEXT error                           = {0};
    SCOPED_TEXT key                             = {0};
    struct selection_expression *expression = selection_expression_new_for_answer(source, &error);

    assert(!expression == (error.size > 0));
    if (!expression)
        return;
    selection_expression_write(expression, message, size, &answer, &key);
    assert(key.size <= SELECTION_KEY_SIZE_MAX + 2 * size + 3 * 4096);
    selection_expression_free(expression);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line_end    = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t source_size         = line_end ? (size_t)(line_end - data) : size;
    size_t used                = line_end ? source_size + 1 : size;
    SCOPED_MEMORY char *source = memory_copy(data, source_size);
    SCOPED_TEXT error          = {0};
    struct selection_expression *expression;

    if (source_size > 4096)
        return 0;
    expression = selection_expression_new(source, &error);
    assert(!expression == (error.size > 0));
    if (expression)
        check_message(expression, (const char *)data + used, size - used);
    selection_expression_free(expression);
    check_answer(source, (const char *)data + used, size - used);
    return 0;
}
