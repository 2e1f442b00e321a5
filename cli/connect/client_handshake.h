#pragma once

/*
 * The client's side of a WebSocket handshake: builds the request, judges the answer. Does no I/O.
 *
 * RFC 6455, section 4.1.
 */

#include <stdbool.h>

struct answer;
struct target;
struct text;

#define CLIENT_HANDSHAKE_KEY_SIZE 25 /* with the NUL */

struct client_handshake {
    const struct target *target;
    const char *const *headers;   /* "Name: value", ending in NULL; they win over our own */
    const char *const *protocols; /* subprotocols, ending in NULL */
    const char *origin;           /* NULL: none */
    char key[CLIENT_HANDSHAKE_KEY_SIZE];
};

/* False if the line can't be one of headers; error then says why. */
bool client_handshake_check_header(const char *line, struct text *error);

/* A random key. */
void client_handshake_make_key(struct client_handshake *handshake);

/* Appends the request. */
void client_handshake_build(const struct client_handshake *handshake, struct text *out);

/* True if the answer, whose status is 101, opens a connection; if not, problem says why not. */
bool client_handshake_judge(const struct client_handshake *handshake, const struct answer *answer,
                            struct text *problem);
