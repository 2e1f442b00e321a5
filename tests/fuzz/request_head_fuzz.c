/*
 * Heads of any bytes: what is complete is well-formed and would be the same wherever the bytes were
 * cut, and what is malformed once stays so.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz_input.h"
#include "http/request_head.h"

static void check_text(const char *string, const char *forbidden)
{
    assert(string[strcspn(string, "\r\n")] == '\0');
    assert(string[strcspn(string, forbidden)] == '\0');
}

static void check_complete(const struct request_head *head, const char *data, size_t size)
{
    unsigned hosts = 0;

    assert(head->size <= size && head->size <= REQUEST_HEAD_SIZE_MAX);
    assert(memcmp(data + head->size - 4, "\r\n\r\n", 4) == 0);
    assert(memmem(data, head->size - 1, "\r\n\r\n", 4) == NULL);
    assert(memchr(data, '\0', head->size) == NULL);
    assert(*head->method && *head->target == '/' && head->minor_version <= 1);
    check_text(head->method, " \t:/");
    check_text(head->target, " \t");
    for (size_t i = 0; i < head->header_count; i++) {
        const struct request_header *header = &head->headers[i];

        assert(*header->name);
        check_text(header->name, " \t:");
        check_text(header->value, "");
        assert(request_head_find(head, header->name));
        hosts += strcasecmp(header->name, "Host") == 0;
        request_head_has_token(head, header->name, header->value);
    }
    assert(hosts <= 1 && (hosts == 1 || head->minor_version == 0));
    assert(!request_head_find(head, "Content-Length") ||
           !request_head_find(head, "Transfer-Encoding"));
}

/* A copy of its own size, so that the sanitizer sees any look beyond it. */
static enum request_head_result parse(const char *data, size_t size, struct request_head *head)
{
    char *copy = fuzz_copy(data, size);
    enum request_head_result result;

    result = request_head_parse(copy, size, head);
    free(copy);
    return result;
}

static void check_cut(const char *data, size_t size, enum request_head_result whole,
                      size_t head_size)
{
    struct request_head head = {0};

    switch (parse(data, size, &head)) {
    case REQUEST_HEAD_COMPLETE:
        assert(whole == REQUEST_HEAD_COMPLETE && head.size == head_size);
        request_head_deinit(&head);
        break;
    case REQUEST_HEAD_PARTIAL:
        assert(whole != REQUEST_HEAD_COMPLETE || size < head_size);
        break;
    case REQUEST_HEAD_MALFORMED:
        assert(whole == REQUEST_HEAD_MALFORMED);
        break;
    case REQUEST_HEAD_TOO_LARGE:
        assert(whole == REQUEST_HEAD_TOO_LARGE);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes               = (const char *)data;
    struct request_head head        = {0};
    enum request_head_result result = parse(bytes, size, &head);

    if (result == REQUEST_HEAD_COMPLETE)
        check_complete(&head, bytes, size);
    check_cut(bytes, size / 2, result, head.size);
    check_cut(bytes, size > 0 ? size - 1 : 0, result, head.size);
    request_head_deinit(&head);
    return 0;
}
