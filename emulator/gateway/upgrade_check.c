#include "gateway/upgrade_check.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/reason.h"
#include "http/request_head.h"
#include "model/limits.h"

/* Sec-WebSocket-Key is 16 bytes in base64: 22 characters and "==". */
static bool is_key(const char *key)
{
    if (!key || strlen(key) != 24 || strcmp(key + 22, "==") != 0)
        return false;
    for (size_t i = 0; i < 22; i++) {
        if (!isalnum((unsigned char)key[i]) && key[i] != '+' && key[i] != '/')
            return false;
    }
    return true;
}

static size_t headers_size(const struct request_head *head)
{
    size_t size = 0;

    for (size_t i = 0; i < head->header_count; i++)
        size += strlen(head->headers[i].name) + strlen(head->headers[i].value);
    return size;
}

static bool refuse(enum aws_error code, const char *text, const char *why, enum aws_error *error,
                   const char **detail, const char **reason)
{
    *error  = code;
    *detail = text;
    *reason = why;
    return false;
}

/* What would follow the head is frames; whoever takes it for a body sees other ones. */
static bool has_body(const struct request_head *head)
{
    const char *length = request_head_find(head, "Content-Length");

    return request_head_count(head, "Transfer-Encoding") > 0 ||
           (length && length[strspn(length, "0")] != '\0');
}

/* NULL, or what keeps it from being a request for a WebSocket. AWS?: these texts aren't documented.
 */
static const char *find_fault(const struct request_head *head)
{
    const char *version = request_head_find(head, "Sec-WebSocket-Version");

    if (head->minor_version == 0)
        return "WebSocket needs HTTP/1.1";
    if (!request_head_find(head, "Host"))
        return "Missing Host header";
    if (!version || strcmp(version, "13") != 0 ||
        request_head_count(head, "Sec-WebSocket-Version") > 1)
        return "Sec-WebSocket-Version must be 13";
    if (!is_key(request_head_find(head, "Sec-WebSocket-Key")) ||
        request_head_count(head, "Sec-WebSocket-Key") > 1)
        return "Invalid Sec-WebSocket-Key";
    if (has_body(head))
        return "An upgrade request has no body";
    return NULL;
}

bool upgrade_check(const struct request_head *head, bool relaxed, enum aws_error *error,
                   const char **detail, const char **reason)
{
    const char *fault = find_fault(head);

    if (fault)
        return refuse(AWS_BAD_REQUEST, fault, REASON_BAD_UPGRADE, error, detail, reason);
    if (!relaxed && strlen(head->target) > URL_SIZE_MAX)
        return refuse(AWS_URI_TOO_LONG, NULL, REASON_URL_TOO_LONG, error, detail, reason);
    if (!relaxed && headers_size(head) > HEADERS_SIZE_MAX)
        return refuse(AWS_HEADERS_TOO_LARGE, NULL, REASON_HEADERS_TOO_LARGE, error, detail, reason);
    return true;
}
