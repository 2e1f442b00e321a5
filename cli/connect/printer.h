#pragma once

/*
 * What `postern connect` says about what happens, as text: for somebody at a terminal, for a
 * script, or as one JSON object a line. Does no I/O: the client writes out and err to standard
 * output and standard error, and empties them.
 *
 * Nothing that a peer sends reaches a terminal raw.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct answer;

enum printer_form {
    PRINTER_INTERACTIVE, /* everything to out, a received message with "< " before it */
    PRINTER_SCRIPTED,    /* messages alone to out, the rest to err */
    PRINTER_JSON,        /* everything to out */
};

struct printer {
    enum printer_form form;
    bool is_out_terminal; /* out goes to a terminal */
    bool has_colours;     /* of out, in the interactive form */
    bool shows_pings;
    struct text out;
    struct text err;
};

void printer_deinit(struct printer *printer);

/* protocol: the subprotocol that the server chose, size bytes; 0: none. */
void printer_opened(struct printer *printer, const char *url, const char *protocol, size_t size);

void printer_refused(struct printer *printer, const struct answer *answer, const struct text *body);

/* Of messages; a binary one becomes a hex dump at a terminal, base64 in JSON. */
void printer_received(struct printer *printer, bool is_binary, const char *data, size_t size);
void printer_sent(struct printer *printer, const char *data, size_t size);

/* what is "ping" or "pong"; is_wanted: even though pings aren't shown. */
void printer_received_control(struct printer *printer, const char *what, const char *data,
                              size_t size, bool is_wanted);

void printer_closed(struct printer *printer, unsigned code, const char *reason, size_t size);

/* Something is wrong: kind is "error" or "warning". */
void printer_complain(struct printer *printer, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Lines for somebody at a terminal; nothing in JSON. */
void printer_remark(struct printer *printer, const char *lines);
