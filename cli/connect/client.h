#pragma once

/*
 * `postern connect` itself: connects, then carries lines and messages to and fro until somebody
 * closes. One poll() waits for the server, the keyboard and signals.
 */

#include <stdbool.h>
#include <stdint.h>

#include "cli/connect/transport.h"

struct target;

struct client_settings {
    const struct target *target;
    const char *endpoint; /* of the emulator that target is said to be on; NULL: of none */
    struct transport_settings transport;
    const char *const *headers;   /* "Name: value", ending in NULL */
    const char *const *protocols; /* ending in NULL */
    const char *const *executes;  /* what to send, or commands, ending in NULL */
    const char *origin;           /* NULL: none */
    const char *history_file;     /* NULL: nothing is kept */
    int64_t wait_milliseconds; /* between the last that is sent and closing; negative: for ever */
    bool shows_pings;
    bool is_json;
    bool no_colours;
};

/* Returns the exit status. */
int client_run(const struct client_settings *settings);
