/*
 * A handler in C: the Runtime API on one kept-alive connection, a request at a time, as most
 * runtimes speak it. It says back what it is told: in its result, or, on a route that ends in
 * "-post", by @connections.
 */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/stream.h"
#include "tests/bench/wire.h"

#define TEXT_MAX    1200
#define REQUEST_MAX 2048
#define API         "/2018-06-01/runtime/invocation/"

struct handler {
    struct stream runtime;
    struct stream management; /* socket -1: not needed yet */
};

/* The answer to a request that goes out at once; false if the connection is lost. It stays at the
 * beginning of the stream. */
static bool ask(struct stream *stream, const char *request, size_t size,
                struct wire_message *answer)
{
    if (!stream_write(stream->socket, request, size))
        return false;
    while (!wire_read_message(stream->data, stream->size, answer)) {
        struct pollfd readable = {.fd = stream->socket, .events = POLLIN};

        poll(&readable, 1, -1);
        if (stream_read(stream) == STREAM_CLOSED)
            return false;
    }
    return true;
}

/* The JSON string behind "name": as it is written, without its quotes. */
static bool find_string(const char *json, const char *name, char out[TEXT_MAX])
{
    char key[64];
    const char *begin;
    const char *end;

    snprintf(key, sizeof key, "\"%s\":\"", name);
    begin = strstr(json, key);
    if (!begin)
        return false;
    begin += strlen(key);
    for (end = begin; *end && *end != '"'; end++)
        end += *end == '\\' && end[1];
    return snprintf(out, TEXT_MAX, "%.*s", (int)(end - begin), begin) < TEXT_MAX;
}

/* Takes away the backslashes of a string that has no other escapes. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *at = text; *at; at++) {
        at += *at == '\\' && at[1];
        *out++ = *at;
    }
    *out = '\0';
}

static bool post_back(struct handler *handler, const char *event, char body[TEXT_MAX])
{
    char id[TEXT_MAX];
    char domain[TEXT_MAX];
    char request[REQUEST_MAX];
    struct wire_message answer;
    const char *port;
    int size;

    if (!find_string(event, "connectionId", id) || !find_string(event, "domainName", domain))
        return false;
    port = strchr(domain, ':');
    if (handler->management.socket < 0 && port)
        handler->management.socket = stream_connect((uint16_t)strtoul(port + 1, NULL, 10), 1);
    unescape(body);
    size = snprintf(request, sizeof request,
                    "POST /dev/@connections/%.40s HTTP/1.1\r\nHost: %.100s\r\n"
                    "Content-Length: %zu\r\n\r\n%s",
                    id, domain, strlen(body), body);
    if (!ask(&handler->management, request, (size_t)size, &answer))
        return false;
    stream_drop(&handler->management, answer.head_size + answer.body_size);
    return true;
}

/* The value of a header, up to size bytes of it. */
static void find_header(const char *head, const char *name, char *out, size_t size)
{
    const char *at = strcasestr(head, name);

    out[0] = '\0';
    if (at)
        snprintf(out, size, "%.*s", (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
}

/* One event is in the stream; false if it can't be answered. */
static bool handle(struct handler *handler, const struct wire_message *message)
{
    char *event = handler->runtime.data + message->head_size;
    char id[64];
    char body[TEXT_MAX];
    char route[TEXT_MAX];
    char result[REQUEST_MAX];
    char request[2 * REQUEST_MAX];
    struct wire_message answer;
    int result_size;
    int size;

    event[-1] = '\0';
    find_header(handler->runtime.data, "Lambda-Runtime-Aws-Request-Id: ", id, sizeof id);
    event[message->body_size] = '\0'; /* nothing is pipelined behind it */
    if (!find_string(event, "body", body) || !find_string(event, "routeKey", route))
        return false;
    if (strstr(route, "-post")) {
        if (!post_back(handler, event, body))
            return false;
        result_size = snprintf(result, sizeof result, "{\"statusCode\":200}");
    } else {
        result_size = snprintf(result, sizeof result, "{\"statusCode\":200,\"body\":\"%s\"}", body);
    }
    stream_drop(&handler->runtime, message->head_size + message->body_size);
    size = snprintf(request, sizeof request,
                    "POST " API "%s/response HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    "Content-Length: %d\r\n\r\n%s",
                    id, result_size, result);
    if (!ask(&handler->runtime, request, (size_t)size, &answer))
        return false;
    stream_drop(&handler->runtime, answer.head_size + answer.body_size);
    return true;
}

int main(void)
{
    static const char next[] = "GET " API "next HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const char *api          = getenv("AWS_LAMBDA_RUNTIME_API");
    const char *port         = api ? strchr(api, ':') : NULL;
    struct handler handler   = {.management.socket = -1};
    struct wire_message message;

    if (!port) {
        fprintf(stderr, "AWS_LAMBDA_RUNTIME_API is HOST:PORT\n");
        return 2;
    }
    handler.runtime.socket = stream_connect((uint16_t)strtoul(port + 1, NULL, 10), 1);
    while (ask(&handler.runtime, next, sizeof next - 1, &message)) {
        if (message.head_size + message.body_size >= STREAM_SIZE || !handle(&handler, &message))
            return 1;
    }
    return 0;
}
