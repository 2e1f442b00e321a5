/*
 * Heads that one reader finds sound must be so for the other: what is left to libmicrohttpd and
 * what we parse ourselves are judged alike.
 */

#include <assert.h>
#include <strings.h>

#include "fuzz_input.h"
#include "http/framing.h"
#include "http/request_head.h"

static bool is_plain_coding(const char *coding)
{
    return !coding || strcasecmp(coding, "chunked") == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request_head head = {0};
    struct framing framing   = {0};

    if (request_head_parse((const char *)data, size, &head) != REQUEST_HEAD_COMPLETE)
        return 0;
    for (size_t i = 0; i < head.header_count; i++)
        framing_take(&framing, head.headers[i].name, head.headers[i].value);
    assert(framing_judge(&framing, "HTTP/1.1") ==
           is_plain_coding(request_head_find(&head, "Transfer-Encoding")));
    assert(framing_judge(&framing, "HTTP/1.0") == !request_head_find(&head, "Transfer-Encoding"));

    /* Whatever is doubled spoils it, also where it comes last. */
    framing_take(&framing, "HOST", "");
    framing_take(&framing, "host", NULL);
    assert(!framing_judge(&framing, "HTTP/1.1"));
    request_head_deinit(&head);
    return 0;
}
