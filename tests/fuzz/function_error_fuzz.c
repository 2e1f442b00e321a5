/*
 * The first line of the input is what a runtime calls its error, the rest what went wrong: the
 * documents made of them are JSON, in UTF-8.
 */

#include <assert.h>

#include "base/text.h"
#include "base/utf8.h"
#include "fuzz_input.h"
#include "lambda/failure.h"
#include "lambda/function_error.h"
#include "json/scanner.h"

static void check_and_clear(struct text *payload)
{
    static const char *const names[] = {"errorType", "errorMessage"};
    struct json_span spans[ARRAY_SIZE(names)];

    assert(json_scan_members(payload->data, payload->size, names, spans, ARRAY_SIZE(names)));
    assert(spans[0].data && spans[0].kind == JSON_STRING);
    assert(spans[1].data && spans[1].kind == JSON_STRING);
    assert(utf8_is_valid(payload->data, payload->size));
    text_clear(payload);
}

/* What the log says of a document that a runtime has made. */
static void check_description(const uint8_t *data, size_t size)
{
    char *document   = fuzz_copy(data, size);
    SCOPED_TEXT text = {0};

    failure_describe_payload(document, size, &text);
    assert((text.size > 0 || size == 0) && text.size <= 1100);
    free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input     = {(const char *)data, size};
    SCOPED_MEMORY char *type    = fuzz_take(&input, '\n');
    SCOPED_MEMORY char *problem = memory_copy(input.data, input.size);
    SCOPED_TEXT payload         = {0};
    int status                  = size > 0 ? data[0] << 8 | data[size - 1] : 0;

    function_error_empty(&payload, type);
    check_and_clear(&payload);
    function_error_no_entrypoint(&payload, type, problem);
    check_and_clear(&payload);
    function_error_exited(&payload, type, status);
    check_and_clear(&payload);
    function_error_timed_out(&payload, type, status);
    check_and_clear(&payload);
    check_description(data, size);
    return 0;
}
