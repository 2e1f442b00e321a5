#include "front/peek.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "http/request_head.h"

#define TLS_HANDSHAKE 0x16 /* the first byte of a TLS record that carries a hello */
#define METHOD_MAX    32   /* no method is nearly as long */

static const char get[]           = "GET ";
static const char http2_preface[] = "PRI * HTTP/2.0\r\n";

/* A piece of the peeked bytes. */
struct span {
    const char *data;
    size_t size;
};

static bool begins_with(const char *data, size_t size, const char *prefix)
{
    return size >= strlen(prefix) && memcmp(data, prefix, strlen(prefix)) == 0;
}

/* True while data may still become prefix. */
static bool is_beginning_of(const char *data, size_t size, const char *prefix)
{
    return size < strlen(prefix) && memcmp(data, prefix, size) == 0;
}

/* RFC 9110: what a method may be made of. */
static bool is_token_character(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') ||
           (character && strchr("!#$%&'*+-.^_`|~", character));
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

/* Empty lines before a request line are allowed; HTTP's own server skips them. */
static bool may_be_request(const char *data, size_t size)
{
    size_t at = 0;

    while (at < size && is_token_character(data[at]))
        at++;
    if (at == 0)
        return data[0] == '\r' || data[0] == '\n';
    return at <= METHOD_MAX && (at == size || data[at] == ' ');
}

/* The size of the head, the empty line included; 0 while it isn't complete. */
static size_t find_head_end(const char *data, size_t size)
{
    const char *end = data + size;
    const char *at  = data;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == '\n')
            return (size_t)(at + 1 - data);
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at + 2 - data);
    }
    return 0;
}

static struct span trim(struct span span)
{
    while (span.size > 0 && is_blank(span.data[0])) {
        span.data++;
        span.size--;
    }
    while (span.size > 0 && is_blank(span.data[span.size - 1]))
        span.size--;
    return span;
}

/* Cuts off what stands before the separator, or everything; false if nothing is left. */
static bool take_until(struct span *rest, char separator, struct span *part)
{
    const char *at;

    if (rest->size == 0)
        return false;
    at    = memchr(rest->data, separator, rest->size);
    *part = (struct span){rest->data, at ? (size_t)(at - rest->data) : rest->size};
    rest->data += part->size + (at ? 1 : 0);
    rest->size -= part->size + (at ? 1 : 0);
    return true;
}

static bool equals(struct span span, const char *string)
{
    return span.size == strlen(string) && strncasecmp(span.data, string, span.size) == 0;
}

static bool has_token(struct span list, const char *token)
{
    struct span part;

    while (take_until(&list, ',', &part)) {
        if (equals(trim(part), token))
            return true;
    }
    return false;
}

/*
 * Works on the peeked bytes as they are and allocates nothing, since most requests are none of
 * ours; the head of an upgrade is parsed, and checked, once it has been read.
 */
static bool asks_for_upgrade(const char *head, size_t size)
{
    struct span lines      = {head, size};
    bool names_websocket   = false;
    bool connection_agrees = false;
    struct span line;
    struct span name;

    take_until(&lines, '\n', &line); /* the request line */
    while (take_until(&lines, '\n', &line)) {
        if (!take_until(&line, ':', &name))
            continue;
        if (equals(name, "Upgrade"))
            names_websocket = names_websocket || has_token(line, "websocket");
        else if (equals(name, "Connection"))
            connection_agrees = connection_agrees || has_token(line, "upgrade");
    }
    return names_websocket && connection_agrees;
}

/* The whole head is waited for: HTTP's own server has patience without end for heads that come byte
 * by byte. */
static enum peek judge_head(const char *data, size_t size, bool is_get, size_t *head_size)
{
    size_t end = find_head_end(data, size);

    if (end > REQUEST_HEAD_SIZE_MAX || (end == 0 && size >= REQUEST_HEAD_SIZE_MAX))
        return PEEK_TOO_LARGE;
    if (end == 0)
        return PEEK_WAIT;
    if (!is_get || !asks_for_upgrade(data, end))
        return PEEK_REQUEST;
    *head_size = end;
    return PEEK_UPGRADE;
}

enum peek peek_judge(const char *data, size_t size, size_t *head_size)
{
    if (size == 0)
        return PEEK_WAIT;
    if (data[0] == TLS_HANDSHAKE)
        return PEEK_TLS;
    if (begins_with(data, size, get))
        return judge_head(data, size, true, head_size);
    if (begins_with(data, size, http2_preface))
        return PEEK_HTTP2;
    if (is_beginning_of(data, size, get) || is_beginning_of(data, size, http2_preface))
        return PEEK_WAIT;
    if (!may_be_request(data, size))
        return PEEK_GARBAGE;
    if (data[0] == '\r' || data[0] == '\n')
        return PEEK_REQUEST; /* empty lines stand before it */
    return judge_head(data, size, false, head_size);
}
