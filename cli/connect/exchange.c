#include "cli/connect/exchange.h"

#include <string.h>

#include "base/text.h"
#include "cli/connect/answer.h"
#include "cli/connect/transport.h"

/* AWS: an authorizer and the $connect integration may take 29 seconds each. */
#define ANSWER_MILLISECONDS 90000

/* Of a body that belongs to a refusal. */
#define BODY_MILLISECONDS 5000

static void take_off(struct text *received, size_t size)
{
    received->size -= size;
    memmove(received->data, received->data + size, received->size + 1);
}

bool exchange_head(struct transport *transport, const struct text *request, struct text *received,
                   struct answer *answer, struct text *error)
{
    enum answer_result result = ANSWER_PARTIAL;

    if (!transport_write_all(transport, request->data, request->size, error))
        return false;
    while (result == ANSWER_PARTIAL) {
        switch (transport_wait_read(transport, ANSWER_MILLISECONDS, received, error)) {
        case TRANSPORT_DONE:
            break;
        case TRANSPORT_ENDED:
            text_append_string(error, "the server hung up before it answered");
            return false;
        case TRANSPORT_BLOCKED:
        case TRANSPORT_BROKEN:
            return false;
        }
        result = answer_parse(received->data, received->size, answer);
    }
    if (result == ANSWER_MALFORMED) {
        text_append_string(error, "what the server answers isn't HTTP");
        return false;
    }
    take_off(received, answer->head_size);
    return true;
}

void exchange_body(struct transport *transport, struct text *received, const struct answer *answer,
                   struct text *body)
{
    SCOPED_TEXT problem         = {0};
    enum transport_result state = TRANSPORT_DONE;

    while (answer_read_body(answer, text_string(received), received->size, state != TRANSPORT_DONE,
                            body) == ANSWER_PARTIAL)
        state = transport_wait_read(transport, BODY_MILLISECONDS, received, &problem);
}
