/*
 * First bytes of any kind: what is judged stays so when more bytes come, and the head of an upgrade
 * is one that the parser finds complete, or malformed.
 */

#include <assert.h>

#include "front/peek.h"
#include "fuzz_input.h"
#include "http/request_head.h"

static enum peek judge(const void *data, size_t size, size_t *head_size)
{
    char *copy        = fuzz_copy(data, size);
    enum peek verdict = peek_judge(copy, size, head_size);

    free(copy);
    return verdict;
}

static void check_upgrade(const char *data, size_t size, size_t head_size)
{
    struct request_head head = {0};
    enum request_head_result result;

    assert(head_size <= size && head_size <= REQUEST_HEAD_SIZE_MAX);
    result = request_head_parse(data, head_size, &head);
    assert(result == REQUEST_HEAD_MALFORMED || result == REQUEST_HEAD_COMPLETE);
    assert(result != REQUEST_HEAD_COMPLETE || head.size == head_size);
    request_head_deinit(&head);
}

/* Only the beginning of a method may turn out to be none. */
static void check_beginning(enum peek beginning, enum peek whole)
{
    if (beginning == PEEK_WAIT)
        return;
    assert(beginning == whole || (beginning == PEEK_REQUEST && whole == PEEK_GARBAGE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t head_size     = 0;
    size_t not_looked_at = 0;
    enum peek whole      = judge(data, size, &head_size);

    if (whole == PEEK_UPGRADE)
        check_upgrade((const char *)data, size, head_size);
    check_beginning(judge(data, size / 2, &not_looked_at), whole);
    check_beginning(judge(data, size > 0 ? size - 1 : 0, &not_looked_at), whole);
    return 0;
}
