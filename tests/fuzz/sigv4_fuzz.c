/*
 * Requests of any kind with something like a signature: none is valid by chance, and each refusal
 * says why, in no more words than came.
 */

#include <assert.h>

#include "base/arena.h"
#include "crypto/sigv4.h"
#include "crypto/sigv4_canonical.h"
#include "fuzz_input.h"
#include "http/request_head.h"

#define KEY "AKIDEXAMPLE"
#define NOW 1767323045 /* 20260102T030405Z, the seeds' own */

static const char *find_secret(const void *owner, const char *access_key)
{
    return strcmp(access_key, KEY) == 0 ? "not the one they were signed with" : NULL;
}

static void check_request(const struct sigv4_request *request, size_t size)
{
    const struct sigv4_expectation expectation = {
        .region      = "us-east-1",
        .service     = "execute-api",
        .now         = NOW,
        .find_secret = find_secret,
    };
    struct sigv4_finding finding = {0};
    enum sigv4_verdict verdict   = sigv4_verify(request, &expectation, &finding);

    assert(verdict != SIGV4_VALID && finding.message.size > 0);
    assert(*sigv4_verdict_type(verdict));
    assert(verdict != SIGV4_UNKNOWN_KEY || strcmp(text_string(&finding.access_key), KEY) != 0);
    assert(finding.message.size <= 60 * size + 4096);
    sigv4_finding_deinit(&finding);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes        = (const char *)data;
    struct request_head head = {0};
    struct arena arena       = {0};

    if (request_head_parse(bytes, size, &head) == REQUEST_HEAD_COMPLETE) {
        struct sigv4_header *headers = arena_new(&arena, (head.header_count + 1) * sizeof *headers);

        for (size_t i = 0; i < head.header_count; i++)
            headers[i] = (struct sigv4_header){head.headers[i].name, head.headers[i].value};
        check_request(
            &(struct sigv4_request){
                .method       = head.method,
                .target       = head.target,
                .headers      = headers,
                .header_count = head.header_count,
                .body         = bytes + head.size,
                .body_size    = size - head.size,
            },
            size);
    }
    arena_deinit(&arena);
    request_head_deinit(&head);
    return 0;
}
