/*
 * The first byte of the input picks format and level, NULs part the values of fields from the
 * message: whatever they hold, it is one line, without control characters, and JSON if it claims to
 * be.
 */

#include <assert.h>

#include "base/log_line.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fuzz_input.h"
#include "json/scanner.h"

static void check(const struct text *line, enum log_format format)
{
    assert(line->size > 0 && line->size <= LOG_LINE_SIZE_MAX);
    assert(memchr(line->data, '\n', line->size) == line->data + line->size - 1);
    for (size_t i = 0; i + 1 < line->size; i++)
        assert((unsigned char)line->data[i] >= 0x20);
    if (format == LOG_JSON)
        assert(json_is_valid(line->data, line->size) && utf8_is_valid(line->data, line->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input                          = {(const char *)data, size};
    SCOPED_TEXT line                                 = {0};
    SCOPED_TEXT message                              = {0};
    struct log_field fields[LOG_LINE_FIELDS_MAX + 1] = {
        {NULL, NULL}
    };
    char *values[LOG_LINE_FIELDS_MAX];
    size_t count = 0;
    uint8_t pick;

    if (size == 0)
        return 0;
    pick = data[0];
    input.data++;
    input.size--;
    while (count < LOG_LINE_FIELDS_MAX && input.size > 0 && memchr(input.data, 0, input.size)) {
        values[count] = fuzz_take(&input, '\0');
        fields[count] = (struct log_field){"reason", values[count]};
        count++;
    }
    text_append(&message, input.data, input.size);
    log_line_write(&line, pick & 1 ? LOG_JSON : LOG_TEXT, (enum log_level)(pick >> 1 & 3), fields,
                   &message, 1731324924553);
    check(&line, pick & 1 ? LOG_JSON : LOG_TEXT);
    while (count > 0)
        free(values[--count]);
    return 0;
}
