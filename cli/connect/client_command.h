#pragma once

/*
 * What a line means that somebody types, or an -x: text to send, or one of
 *
 *     /ping [TEXT]  /pong [TEXT]  /close [CODE [REASON]]  /quit  /help
 *
 * "//text" sends "/text". Looks at strings only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* RFC 6455, section 5.5: what fits into a control frame, and beside a close code. */
#define CLIENT_COMMAND_PING_SIZE_MAX   125
#define CLIENT_COMMAND_REASON_SIZE_MAX 123

enum client_command_kind {
    CLIENT_COMMAND_SEND,
    CLIENT_COMMAND_PING,
    CLIENT_COMMAND_PONG,
    CLIENT_COMMAND_CLOSE,
    CLIENT_COMMAND_HELP,
    CLIENT_COMMAND_WRONG, /* the message says why; nothing is to be done */
};

struct client_command {
    enum client_command_kind kind;
    const char *data; /* within the line: what to send; of CLOSE: the reason */
    size_t size;
    uint16_t code; /* of CLOSE; 0: a close frame without one */
};

/* message is written only for CLIENT_COMMAND_WRONG. */
struct client_command client_command_read(const char *line, size_t size, struct text *message);

/* What /help prints: whole lines. */
const char *client_command_help(void);
