#pragma once

/*
 * What is said on an open connection: lines become messages and commands, what comes is printed.
 * Does no I/O: bytes go through the session, texts through the printer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct printer;
struct session;

/* AWS: "WebSocket APIs: quotas": a message has at most 128 KB. */
#define CONVERSATION_MESSAGE_SIZE_MAX (128 * 1024)

struct conversation {
    struct printer *printer; /* borrowed */
    struct session *session;
    unsigned pongs_awaited; /* of pings that somebody asked for */
    bool is_closed_by_us;   /* our close frame was the first */
    bool has_trouble;       /* something couldn't be sent, or the server broke the protocol */
    bool has_failed;        /* the server broke the protocol */
    uint16_t close_code;    /* the server's; 0: none has come */
};

void conversation_init(struct conversation *conversation, struct printer *printer);
void conversation_deinit(struct conversation *conversation);

/* Sends a line, or does what it asks for where commands are known (connect/client_command.h). */
void conversation_say(struct conversation *conversation, const char *line, size_t size,
                      bool knows_commands);

/* Closes with that code. Harmless when it is closing already. */
void conversation_close(struct conversation *conversation, uint16_t code);

/* Says what is wrong with what was to be sent; then the exit status is no success. */
void conversation_fail(struct conversation *conversation, const char *problem);

/* The connection has gone without a close frame of the server. */
void conversation_lose(struct conversation *conversation);

/* True once a close frame was sent: nothing more can be said. */
bool conversation_is_closing(const struct conversation *conversation);

/* How the process is to exit: with success if we closed it, or the server for no bad reason. */
int conversation_status(const struct conversation *conversation);
