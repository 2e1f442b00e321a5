/* Answers of any bytes, as a server might send them to `postern connect`. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/connect/answer.h"
#include "fuzz_input.h"

static void check_body(const struct answer *answer, const char *data, size_t size)
{
    SCOPED_TEXT body              = {0};
    SCOPED_TEXT ended             = {0};
    enum answer_result now        = answer_read_body(answer, data, size, false, &body);
    enum answer_result at_the_end = answer_read_body(answer, data, size, true, &ended);

    assert(body.size <= size && ended.size <= size);
    assert(at_the_end != ANSWER_PARTIAL);
    assert(now == ANSWER_PARTIAL || now == at_the_end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy           = fuzz_copy(data, size);
    struct answer answer = {0};
    size_t value_size    = 0;
    struct answer again  = {0};

    if (answer_parse(copy, size, &answer) == ANSWER_COMPLETE) {
        const char *value = answer_find(&answer, "Content-Length", &value_size);

        assert(answer.head_size <= size && answer.status < 1000);
        assert(!value || memchr(value, '\n', value_size) == NULL);
        answer_has_token(&answer, "Connection", "upgrade");
        assert(answer_parse(copy, answer.head_size - 1, &again) == ANSWER_PARTIAL);
        check_body(&answer, copy + answer.head_size, size - answer.head_size);
        answer_deinit(&answer);
    }
    free(copy);
    return 0;
}
