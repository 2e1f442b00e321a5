/*
 * The input is an upgrade request, then a message: every event that they can bring about is JSON,
 * in UTF-8, with no more in it than came.
 */

#include <assert.h>
#include <stdio.h>

#include "base/text.h"
#include "base/utf8.h"
#include "fuzz_input.h"
#include "gateway/event.h"
#include "http/request_head.h"
#include "json/scanner.h"

#define SOURCE_IP "127.0.0.1"
#define TRACE_ID  "1-6731ebfc-0123456789abcdef01234567"

/* A byte becomes six at most, and comes in two maps; the rest is ours. */
static void check_and_clear(struct text *out, size_t size)
{
    assert(json_is_valid(out->data, out->size));
    assert(utf8_is_valid(out->data, out->size));
    assert(out->size <= 80 * size + 4096);
    text_clear(out);
}

static void check_events(const struct request_head *head, const char *body, size_t size)
{
    const char *host           = request_head_find(head, "Host");
    SCOPED_TEXT out            = {0};
    SCOPED_TEXT credentials    = {0};
    SCOPED_MEMORY char *reason = memory_copy(body, size);
    struct event event         = {.stage_variables = "{\"a\":\"b\"}"};

    event_write_api_key(reason, reason, &credentials);
    event_write_signer("000000000000", reason, &credentials);
    event.facts = (struct event_facts){
        .connection_id = "Wk3vZdT9liACExQ=",
        .api_id        = "a1b2c3d4e5",
        .stage         = "dev",
        .domain_name   = host ? host : "localhost",
        .source_ip     = SOURCE_IP,
        .user_agent    = request_head_find(head, "User-Agent"),
        .credentials   = text_string(&credentials),
    };
    snprintf(event.request_id, sizeof event.request_id, "Wk3vZF0QFiAFm3A=");
    event_write_connect(&event, head, TRACE_ID, &out);
    check_and_clear(&out, head->size + size);
    event_write_authorizer(&event, head, TRACE_ID, reason, &out);
    check_and_clear(&out, head->size + size);
    event_write_message(&event, "$default", "Wk3vZF0QFiAFm3A=", body, size, &out);
    check_and_clear(&out, head->size + size);
    event_write_disconnect(&event, 1001, reason, &out);
    check_and_clear(&out, head->size + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes        = (const char *)data;
    struct request_head head = {0};

    if (request_head_parse(bytes, size, &head) == REQUEST_HEAD_COMPLETE)
        check_events(&head, bytes + head.size, size - head.size);
    request_head_deinit(&head);
    return 0;
}
