#include "sample/sample_handshake.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/upgrade_check.h"
#include "http/request_head.h"
#include "model/limits.h"

#define KEY_SIZE 16

/* The size of a header's name; 0 if it is no header. */
static size_t name_size(const char *header)
{
    size_t size              = strcspn(header, ":");
    SCOPED_MEMORY char *name = memory_copy(header, size);

    return header[size] == ':' && request_head_is_token(name) ? size : 0;
}

static bool is_printable(const char *string)
{
    for (; *string; string++) {
        if (iscntrl((unsigned char)*string) && *string != '\t')
            return false;
    }
    return true;
}

static bool check_headers(const struct sample_handshake *handshake, struct text *errors)
{
    bool is_fine = true;

    for (size_t i = 0; i < handshake->header_count; i++) {
        const char *header = handshake->headers[i];

        if (name_size(header) > 0 && is_printable(header))
            continue;
        text_append_format(errors, "%.100s is no header: write it like --header 'Name: value'\n",
                           header);
        is_fine = false;
    }
    return is_fine;
}

static bool has_header(const struct sample_handshake *handshake, const char *name)
{
    for (size_t i = 0; i < handshake->header_count; i++) {
        size_t size = name_size(handshake->headers[i]);

        if (size == strlen(name) && strncasecmp(handshake->headers[i], name, size) == 0)
            return true;
    }
    return false;
}

/* Percent-encodes what has a meaning in a query, or none in a URL. */
static void append_encoded(const char *string, size_t size, struct text *out)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char character = (unsigned char)string[i];

        if (isalnum(character) || (character && strchr("-._~", character)))
            text_append_character(out, (char)character);
        else
            text_append_format(out, "%%%02X", character);
    }
}

static void append_target(const struct sample_handshake *handshake, struct text *out)
{
    char separator = '?';

    text_append_format(out, "/%s", handshake->stage);
    for (size_t i = 0; i < handshake->query_count; i++) {
        const char *query = handshake->queries[i];
        size_t size       = strcspn(query, "=");

        text_append_character(out, separator);
        append_encoded(query, size, out);
        if (query[size] == '=') {
            text_append_character(out, '=');
            append_encoded(query + size + 1, strlen(query + size + 1), out);
        }
        separator = '&';
    }
}

/* In the order in which wscat writes them. */
static void append_headers(const struct sample_handshake *handshake, const char *key,
                           struct text *out)
{
    const struct {
        const char *name;
        const char *value;
    } ours[] = {
        {"Sec-WebSocket-Version",    "13"                                        },
        {"Sec-WebSocket-Key",        key                                         },
        {"Connection",               "Upgrade"                                   },
        {"Upgrade",                  "websocket"                                 },
        {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"},
        {"Host",                     handshake->domain                           },
    };

    for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
        if (!has_header(handshake, ours[i].name))
            text_append_format(out, "%s: %s\r\n", ours[i].name, ours[i].value);
    }
    for (size_t i = 0; i < handshake->header_count; i++)
        text_append_format(out, "%s\r\n", handshake->headers[i]);
}

static bool check_head(const struct request_head *head, struct text *errors)
{
    enum aws_error error;
    const char *detail;
    const char *reason;

    if (upgrade_check(head, false, &error, &detail, &reason))
        return true;
    text_append_format(errors, "the gateway would refuse such a handshake: %s\n",
                       detail ? detail : reason);
    return false;
}

bool sample_handshake_make(const struct sample_handshake *handshake, struct request_head *head,
                           struct text *errors)
{
    SCOPED_TEXT request = {0};
    SCOPED_TEXT key     = {0};
    unsigned char random[KEY_SIZE];

    if (!check_headers(handshake, errors))
        return false;
    id_random(random, sizeof random);
    base64_append(&key, random, sizeof random);
    text_append_string(&request, "GET ");
    append_target(handshake, &request);
    text_append_string(&request, " HTTP/1.1\r\n");
    append_headers(handshake, text_string(&key), &request);
    text_append_string(&request, "\r\n");
    switch (request_head_parse(text_string(&request), request.size, head)) {
    case REQUEST_HEAD_COMPLETE:
        break;
    case REQUEST_HEAD_PARTIAL:
    case REQUEST_HEAD_MALFORMED:
        text_append_string(errors, "the gateway would refuse such a handshake: malformed\n");
        return false;
    case REQUEST_HEAD_TOO_LARGE:
        text_append_format(errors,
                           "the gateway would refuse such a handshake: AWS allows a URL of %d "
                           "bytes and headers of %d\n",
                           URL_SIZE_MAX, HEADERS_SIZE_MAX);
        return false;
    }
    if (check_head(head, errors))
        return true;
    request_head_deinit(head);
    return false;
}
