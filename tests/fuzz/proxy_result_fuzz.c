/*
 * Whatever a handler returns: what is taken for a result points into it, and its header lines are
 * what a client may be sent.
 */

#include <assert.h>
#include <strings.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "gateway/proxy_result.h"
#include "http/request_head.h"

static void check_span(const struct json_span *span, enum json_kind kind, const char *payload,
                       size_t size)
{
    if (!span->data)
        return;
    assert(span->kind == kind && span->size >= 2);
    assert(span->data >= payload && span->data + span->size <= payload + size);
}

/* "Name: value", without its end. */
static void check_line(const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);

    assert(colon && colon + 1 < line + size && colon[1] == ' ');
    assert(!memchr(line, '\r', size) && !memchr(line, '\n', size) && !memchr(line, '\0', size));
    {
        SCOPED_MEMORY char *name = memory_copy(line, (size_t)(colon - line));

        assert(request_head_is_token(name));
        assert(strcasecmp(name, "Content-Length") != 0 && strcasecmp(name, "Connection") != 0);
        assert(strncasecmp(name, "Sec-WebSocket-", 14) != 0);
    }
}

static void check_lines(const struct text *lines)
{
    const char *at  = text_string(lines);
    const char *end = at + lines->size;

    while (at < end) {
        const char *line_end = memmem(at, (size_t)(end - at), "\r\n", 2);

        assert(line_end);
        check_line(at, (size_t)(line_end - at));
        at = line_end + 2;
    }
}

static void check(const char *payload, size_t size)
{
    struct proxy_result result = {0};
    SCOPED_TEXT lines          = {0};
    SCOPED_TEXT value          = {0};
    SCOPED_TEXT body           = {0};

    if (!proxy_result_read(payload, size, &result))
        return;
    assert(result.status >= 100 && result.status <= 599);
    check_span(&result.body, JSON_STRING, payload, size);
    check_span(&result.headers, JSON_OBJECT, payload, size);
    check_span(&result.multi_value_headers, JSON_OBJECT, payload, size);
    if (result.body.data)
        json_span_decode(&result.body, &body);
    proxy_result_header_lines(&result, &lines);
    check_lines(&lines);
    if (proxy_result_header(&result, "Sec-WebSocket-Protocol", &value))
        assert(text_string(&value)[strcspn(text_string(&value), "\r\n")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);

    check(copy, size);
    free(copy);
    return 0;
}
