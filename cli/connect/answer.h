#pragma once

/*
 * A server's HTTP answer, as a client reads it: status line, header fields, body. Takes bytes,
 * gives an answer; knows nothing of sockets.
 *
 * RFC 9112, sections 4 to 7.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

#define ANSWER_HEAD_SIZE_MAX (64 * 1024)
#define ANSWER_BODY_SIZE_MAX (1024 * 1024)

enum answer_result {
    ANSWER_COMPLETE,
    ANSWER_PARTIAL,   /* more bytes are needed */
    ANSWER_MALFORMED, /* no HTTP answer, or larger than the bounds */
};

struct answer {
    unsigned status;
    size_t head_size;  /* bytes, the empty line included */
    char *status_line; /* "HTTP/1.1 403 Forbidden" */
    char *fields;      /* the header's lines, each ending in '\n' */
};

/* Parses the head. *answer is written only for ANSWER_COMPLETE; the caller releases it. */
enum answer_result answer_parse(const char *data, size_t size, struct answer *answer);
void answer_deinit(struct answer *answer);

/* The value of the first field of that name, whatever its case: *size bytes, no string. NULL if
 * there is none. */
const char *answer_find(const struct answer *answer, const char *name, size_t *size);

/* True if one of the field's comma-separated tokens is token, whatever its case. */
bool answer_has_token(const struct answer *answer, const char *name, const char *token);

/*
 * Decodes what came behind the head, size bytes of data, into body, which is emptied first.
 * is_ended: the server sends nothing more; then what has come is taken for the body.
 */
enum answer_result answer_read_body(const struct answer *answer, const char *data, size_t size,
                                    bool is_ended, struct text *body);
