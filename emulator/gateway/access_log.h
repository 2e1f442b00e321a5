#pragma once

/*
 * Access logs: a line for each $connect, message and $disconnect of a stage that wants one, written
 * when it is over. Who has no access log pays nothing.
 *
 * Nobody waits for the file. It is opened so that writing never blocks (a pipe that nobody reads),
 * and then lines are dropped and told about.
 *
 * AWS: "Monitor WebSocket API execution with CloudWatch metrics", access logging.
 */

#include "gateway/context.h"
#include "gateway/event.h"
#include "http/aws_error.h"

struct access_log;
struct authorization;
struct invocation;
struct stage;
struct text;

/* AWS?: a client that came in has this status in the log, not 101. */
#define ACCESS_LOG_CONNECTED_STATUS 200

/* Compiles the stage's format and opens its file. NULL: it has no access log. A file that can't be
 * opened is logged, and its lines go to the log. */
struct access_log *access_log_new(const char *api_id, const struct stage *stage);
void access_log_free(struct access_log *log);

/* Writes the line of a request that is over. Harmless with NULL. */
void access_log_write(struct access_log *log, const struct context *context);

/* A request whose line is written after its connection may have gone: it keeps what that knew. */
struct access_entry {
    struct context context; /* of event */
    struct event event;     /* strings are its own */
    char *strings;
};

/* route_key is borrowed. */
struct access_entry *access_entry_new(const struct event *event, enum context_event kind,
                                      const char *route_key, const char *message_id);

/* Harmless with NULL. */
void access_entry_free(struct access_entry *entry);

/*
 * Fill in what came of a request. What they append to text must live as long as the context is
 * used.
 */

/* Of an integration that has answered, or failed to. */
void access_log_take_invocation(struct context *context, const struct invocation *invocation,
                                struct text *error);

/* Of what was found about who wants to come in. */
void access_log_take_authorization(struct context *context,
                                   const struct authorization *authorization, struct text *error);

/* Of an error that a handshake was answered with. */
void access_log_take_error(struct context *context, enum aws_error error, const char *detail,
                           struct text *message);

/* Of the text of an error frame that the client got, which is borrowed. */
void access_log_take_frame(struct context *context, const char *text);
