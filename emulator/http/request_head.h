#pragma once

/*
 * The head of an upgrade request: request line and header fields, with names in the case the client
 * wrote, since AWS shows them so to handlers. Takes bytes, gives an answer; knows nothing of
 * sockets.
 *
 * Refused as malformed: a line that isn't a header, space before a colon, folded lines, NUL and
 * other control characters, more than one Host, two lengths, a length with a transfer coding.
 */

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
    char *storage; /* what the strings below point into; owned */
    size_t size;   /* bytes of the head, the empty line included */
    const char *method;
    const char *target; /* raw, as on the request line */
    struct request_header *headers;
    size_t header_count;
};

/* Parses the head at the front of size bytes. *head is written only for REQUEST_HEAD_COMPLETE. */
enum request_head_result request_head_parse(const char *data, size_t size,
                                            struct request_head *head);
void request_head_deinit(struct request_head *head);

/* The last value under that name, whatever its case; NULL if there is none. */
const char *request_head_find(const struct request_head *head, const char *name);

/* True if one of the comma-separated tokens of the header is token, whatever its case. */
int request_head_has_token(const struct request_head *head, const char *name, const char *token);
