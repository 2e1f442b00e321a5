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

bool upgrade_check(const struct request_head *head, bool relaxed, enum aws_error *error,
                   const char **detail, const char **reason)
{
    const char *version = request_head_find(head, "Sec-WebSocket-Version");

    /* AWS?: the texts of these refusals aren't documented. */
    if (!request_head_find(head, "Host"))
        return refuse(AWS_BAD_REQUEST, "Missing Host header", REASON_BAD_UPGRADE, error, detail,
                      reason);
    if (!version || strcmp(version, "13") != 0)
        return refuse(AWS_BAD_REQUEST, "Sec-WebSocket-Version must be 13", REASON_BAD_UPGRADE,
                      error, detail, reason);
    if (!is_key(request_head_find(head, "Sec-WebSocket-Key")))
        return refuse(AWS_BAD_REQUEST, "Invalid Sec-WebSocket-Key", REASON_BAD_UPGRADE, error,
                      detail, reason);
    if (!relaxed && strlen(head->target) > URL_SIZE_MAX)
        return refuse(AWS_URI_TOO_LONG, NULL, REASON_URL_TOO_LONG, error, detail, reason);
    if (!relaxed && headers_size(head) > HEADERS_SIZE_MAX)
        return refuse(AWS_HEADERS_TOO_LARGE, NULL, REASON_HEADERS_TOO_LARGE, error, detail, reason);
    return true;
}
