/* Frames of any bytes, as a server might send them to `postern connect`. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/conversation.h"
#include "cli/connect/printer.h"
#include "cli/connect/session.h"
#include "fuzz_input.h"

/* What a terminal would obey: nothing of it may be left. */
static void check_printed(const struct text *out)
{
    for (size_t i = 0; i < out->size; i++)
        assert((unsigned char)out->data[i] >= ' ' || out->data[i] == '\n' || out->data[i] == '\t');
}

/* The first byte says how the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum printer_form forms[] = {PRINTER_INTERACTIVE, PRINTER_SCRIPTED, PRINTER_JSON};
    struct printer printer                 = {.is_out_terminal = true, .shows_pings = true};
    struct conversation conversation;
    size_t piece;

    if (size == 0)
        return 0;
    printer.form = forms[data[0] % ARRAY_SIZE(forms)];
    piece        = 1u + data[0] / ARRAY_SIZE(forms);
    conversation_init(&conversation, &printer);
    for (size_t at = 1; at < size; at += piece) {
        size_t left = size - at < piece ? size - at : piece;
        char *copy  = fuzz_copy(data + at, left);

        session_feed(conversation.session, copy, left);
        free(copy);
    }
    check_printed(&printer.out);
    check_printed(&printer.err);
    conversation_status(&conversation);
    conversation_deinit(&conversation);
    printer_deinit(&printer);
    return 0;
}
