#pragma once

/*
 * Whether a request's head says in one way only where the request ends, and whom it is for. Two
 * readers in a row that see it differently would take a part of the body for a request of its own.
 *
 * RFC 9112, sections 3.2 and 6.
 */

#include <stdbool.h>

struct MHD_Connection;

/* What the headers of one request say about it; zeroed before the first. */
struct framing {
    unsigned hosts;
    unsigned lengths;
    unsigned codings;
    bool is_odd; /* a coding that isn't chunked */
};

/* Takes one header. value may be NULL. */
void framing_take(struct framing *framing, const char *name, const char *value);

/*
 * False for two hosts, two lengths, a length with a transfer coding, any coding but chunked, or a
 * coding in HTTP/1.0. version is the request line's.
 */
bool framing_judge(const struct framing *framing, const char *version);

/* The same for the headers of a connection's request. */
bool framing_is_sound(struct MHD_Connection *connection, const char *version);
