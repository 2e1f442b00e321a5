#pragma once

/*
 * Events that nobody has caused: what a handler would get if a client did this or that. They are
 * written by the gateway's own code from a handshake that is made up, so they are byte for byte
 * what handlers get.
 */

#include <stdbool.h>
#include <stddef.h>

struct registry;
struct text;

/* What the sample is to be; NULL or 0 leaves a choice to us. Strings are borrowed. */
struct sample_settings {
    const char *kind;          /* connect, message, disconnect, authorizer; NULL: what fits */
    const char *api;           /* id or name; NULL: the first that has a route to the function */
    const char *stage;         /* NULL: the API's first */
    const char *route;         /* of a message; NULL: the one that its body selects */
    const char *region;        /* of an authorizer's methodArn; NULL: us-east-1 */
    const char *account;       /* NULL: 000000000000 */
    const char *connection_id; /* NULL: a random one */
    const char *domain;        /* NULL: localhost:3001 */
    const char *body;          /* of a message; NULL: one that selects the route */
    size_t body_size;
    char *const *headers; /* "Name: value" of the handshake */
    size_t header_count;
    char *const *queries; /* "name=value" of its URL */
    size_t query_count;
    unsigned code;      /* of a disconnect; 0: 1005, which most clients cause */
    const char *reason; /* NULL: what goes with the code */
};

/* True for a kind of event. */
bool sample_event_is_kind(const char *word);

/*
 * Appends the event. With a registry that has APIs it is one of theirs, with function (NULL: any)
 * for its handler. False if the settings don't fit; errors then says why, a line each.
 */
bool sample_event_write(const struct sample_settings *settings, const struct registry *registry,
                        const char *function, struct text *out, struct text *errors);
