#pragma once

/*
 * One HTTP request on its way through an operation's handler, and the ways to answer it. A handler
 * runs once its body has arrived whole. A call is valid until it was answered; whoever answers
 * later gets told when its peer has gone.
 */

#include <stddef.h>
#include <sys/socket.h>

#include "http/aws_error.h"
#include "http/operation.h"

struct arena;
struct call;

/* "POST"; the target as on the request line, undecoded, with its query; it begins with '/'. */
const char *call_method(const struct call *call);
const char *call_target(const struct call *call);

/* NULL if there is no such header; the name's case doesn't matter. */
const char *call_header(const struct call *call, const char *name);

/* Calls visit for every header, in the client's order; names in its case. */
void call_each_header(const struct call *call,
                      void (*visit)(void *owner, const char *name, const char *value), void *owner);

/* The same for what followed a chunked body. A trailer is never taken for a header. */
const char *call_trailer(const struct call *call, const char *name);

/* The decoded value of a "{name}" of the operation's path; NULL if it has no such name. */
const char *call_path(struct call *call, const char *name);

/* The decoded value of a query parameter, the last one of that name; NULL if there is none. */
const char *call_query(struct call *call, const char *name);

/*
 * The body and its size. Of a body larger than the table's body_size_max only that many bytes and
 * one more are there: *size > body_size_max says so. A NUL follows that is not counted.
 */
const void *call_body(const struct call *call, size_t *size);

/* What http_target named, and what http_server_add() was given. */
void *call_owner(const struct call *call);
void *call_subject(const struct call *call);
void *call_client(const struct call *call);

const char *call_operation(const struct call *call); /* its AWS name, "" if there is none */
const struct sockaddr *call_peer(const struct call *call);

/* Of its answer; 0 before. */
unsigned call_status(const struct call *call);

/* What x-amzn-RequestId shows, if the server adds it: a UUID. */
const char *call_request_id(struct call *call);

/* For what must live until the call was answered. */
struct arena *call_arena(struct call *call);

/* Adds a header to the answer; both strings are copied. Content-Type replaces the answer's own. */
void call_add_header(struct call *call, const char *name, const char *value);

/* The answers. Each may be given from the handler, or later after reply_later(). */
enum outcome reply_empty(struct call *call, unsigned status);
enum outcome reply_json(struct call *call, unsigned status, const char *json, size_t size);
enum outcome reply_text(struct call *call, unsigned status, const char *content_type,
                        const char *text, size_t size);
enum outcome reply_error(struct call *call, enum aws_error error, const char *detail);

/*
 * Leaves the call open: somebody answers it later, on the loop's thread. If the peer goes away
 * first, or the server is closed, gone(owner) is called and the call must not be touched any more.
 * After an answer gone is never called.
 */
enum outcome reply_later(struct call *call, void (*gone)(void *owner), void *owner);
