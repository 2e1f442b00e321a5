#pragma once

/*
 * Who gets a new connection, judged by its first bytes, which are only looked at. Knows nothing of
 * sockets. An upgrade is a GET with "Upgrade: websocket" and "Connection: upgrade"; whether its
 * head is sound, others find out.
 */

#include <stddef.h>

enum peek {
    PEEK_WAIT,      /* more bytes are needed */
    PEEK_TLS,       /* a TLS hello begins */
    PEEK_UPGRADE,   /* the head of an upgrade is complete */
    PEEK_REQUEST,   /* the head of any other HTTP request is complete */
    PEEK_TOO_LARGE, /* a request whose head doesn't end within REQUEST_HEAD_SIZE_MAX bytes */
    PEEK_HTTP2,     /* HTTP/2 with prior knowledge */
    PEEK_GARBAGE,   /* neither TLS nor HTTP */
};

/* Judges the first size bytes. *head_size is written only for PEEK_UPGRADE: the empty line is in
 * it. */
enum peek peek_judge(const char *data, size_t size, size_t *head_size);
