/*
 * The input is the format of an access log, and what a client is called: the pieces are the format,
 * no two texts follow each other, and what has a value is as long as what it is made of.
 */

#include <assert.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "gateway/context.h"
#include "gateway/event.h"
#include "model/access_log_format.h"

static void check_value(const struct access_log_piece *piece, const char *name)
{
    const struct event event = {
        .facts           = {.connection_id = "Wk3vZdT9liACExQ=",
                            .api_id        = "a1b2c3d4e5",
                            .stage         = "dev",
                            .domain_name   = "localhost:3001",
                            .source_ip     = "127.0.0.1",
                            .user_agent    = name},
        .stage_variables = ""
    };
    const struct context context = {
        .event = &event, .kind = CONTEXT_OF_MESSAGE, .error_message = name, .status = 200};
    SCOPED_TEXT out = {0};

    if (context_append(&context, &piece->reference, &out))
        assert(out.size <= 6 * strlen(name) + 64); /* quoted */
    else
        assert(out.size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input    = {(const char *)data, size};
    SCOPED_MEMORY char *format = fuzz_take(&input, '\0');
    SCOPED_MEMORY char *name   = fuzz_take(&input, '\0');
    SCOPED_TEXT together       = {0};
    SCOPED_TEXT unknown        = {0};
    bool was_text              = false;
    struct access_log_piece piece;

    for (const char *at = format; access_log_format_next(&at, &piece);) {
        assert(piece.size > 0 && (piece.is_variable || !was_text));
        was_text = !piece.is_variable;
        text_append(&together, piece.text, piece.size);
        if (piece.is_variable)
            check_value(&piece, name);
    }
    assert(strcmp(text_string(&together), format) == 0);
    access_log_format_problem(format);
    access_log_format_unknown(format, &unknown);
    return 0;
}
