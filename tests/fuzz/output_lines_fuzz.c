/*
 * What a process writes, in two pieces or in one, gives the same lines; none is empty, too long or
 * has a line end in it.
 */

#include <assert.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "lambda/output_lines.h"
#include "model/limits.h"

static void take_line(void *owner, const char *line)
{
    assert(*line && strlen(line) <= OUTPUT_LINE_SIZE_MAX);
    assert(line[strcspn(line, "\r\n\t")] == '\0');
    text_append_string(owner, line);
    text_append_character(owner, '\n');
}

static void feed(const uint8_t *data, size_t size, size_t cut, struct text *out)
{
    struct output_lines lines = {.on_line = take_line, .owner = out};

    output_lines_feed(&lines, (const char *)data, cut);
    output_lines_feed(&lines, (const char *)data + cut, size - cut);
    output_lines_end(&lines);
    output_lines_deinit(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_TEXT whole  = {0};
    SCOPED_TEXT pieces = {0};

    feed(data, size, 0, &whole);
    feed(data, size, size / 2, &pieces);
    assert(text_equals(&whole, text_string(&pieces)));
    assert(whole.size <= size + 1 + size / 1000);
    return 0;
}
