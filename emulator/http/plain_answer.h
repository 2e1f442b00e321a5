#pragma once

/*
 * A plain HTTP answer to a bare socket that no server owns: how a handshake is refused.
 * Content-Length is always there. Afterwards the socket is drained for a moment before it is
 * closed, since closing with unread input would reset the connection and the client might lose the
 * answer.
 */

#include <stddef.h>

#include "http/aws_error.h"

struct loop;
struct plain_answers;

/* One for each loop. NULL after logging why. free closes what is still draining. */
struct plain_answers *plain_answers_new(struct loop *loop);
void plain_answers_free(struct plain_answers *answers);

/*
 * Sends an answer and closes the socket, which is taken. headers is NULL or complete lines, each
 * ending in CRLF; Content-Length, Date and Connection: close are added.
 */
void plain_answer_send(struct plain_answers *answers, int socket, unsigned status,
                       const char *headers, const char *body, size_t size);

/* The same for one of AWS's errors, with its type and a request id. */
void plain_answer_error(struct plain_answers *answers, int socket, enum aws_error error,
                        const char *detail);

/* Sockets that are still written to or drained. */
size_t plain_answers_count(const struct plain_answers *answers);
