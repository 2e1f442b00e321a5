#pragma once

/*
 * The head of an upgrade request: request line and header fields, with names in the case the client
 * wrote, since AWS shows them so to handlers. Takes bytes, gives an answer; knows nothing of
 * sockets.
 *
 * Refused as malformed: a line that isn't a header, space before a colon, folded lines, NUL and
 * other control characters, lines that end in LF or CR alone, no Host in HTTP/1.1 or more than
 * one, two lengths, a length with a transfer coding.
 *
 * RFC 9112, sections 2 to 6.
 */

#include <stdbool.h>
#include <stddef.h>

/* A URL of 4096 bytes and headers of 10240 fit, as AWS's limits demand. */
#define REQUEST_HEAD_SIZE_MAX 14500

enum request_head_result {
    REQUEST_HEAD_COMPLETE,
    REQUEST_HEAD_PARTIAL,   /* more bytes are needed */
    REQUEST_HEAD_MALFORMED, /* answer 400 */
    REQUEST_HEAD_TOO_LARGE, /* answer 431 */
};

struct request_header {
    const char *name; /* as the client wrote it */
    const char *value;
};

struct request_head {
    void *storage; /* what everything below points into; owned */
    size_t size;   /* bytes of the head, the empty line included */
    const char *method;
    const char *target;             /* raw, as on the request line; begins with '/' */
    unsigned minor_version;         /* of HTTP/1: 0 or 1 */
    struct request_header *headers; /* in the client's order */
    size_t header_count;
};

/*
 * Parses the head at the front of size bytes. *head is written only for REQUEST_HEAD_COMPLETE. An
 * absolute target, "http://host/path", becomes "/path", and its host the value of Host, as RFC 9112
 * asks of servers.
 */
enum request_head_result request_head_parse(const char *data, size_t size,
                                            struct request_head *head);
void request_head_deinit(struct request_head *head);

/* The last value under that name, whatever its case; NULL if there is none. */
const char *request_head_find(const struct request_head *head, const char *name);

/* How many headers there are under that name, whatever its case. */
size_t request_head_count(const struct request_head *head, const char *name);

/* True if the string may be a header's name or a method: a token of RFC 9110. */
bool request_head_is_token(const char *string);

/* True if one of the comma-separated tokens of the header, on all its lines, is token, whatever its
 * case. */
int request_head_has_token(const struct request_head *head, const char *name, const char *token);
