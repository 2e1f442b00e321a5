#pragma once

/*
 * Bytes to and from a server, by TCP or by TLS. Opening waits, with a bound; afterwards nothing
 * does, unless asked to.
 */

#include <stdbool.h>
#include <stddef.h>

struct target;
struct text;
struct transport;

struct transport_settings {
    bool no_check;               /* of TLS: trust any certificate */
    const char *const *ca_files; /* PEM files to trust beside the system's roots, ending in NULL;
                                    what can't be read is left out */
};

enum transport_result {
    TRANSPORT_DONE,    /* at least one byte */
    TRANSPORT_BLOCKED, /* nothing now */
    TRANSPORT_ENDED,   /* of reading: the server sends nothing more */
    TRANSPORT_BROKEN,
};

/* Connects; NULL if that fails, and error says why. */
struct transport *transport_open(const struct target *target,
                                 const struct transport_settings *settings, struct text *error);
void transport_close(struct transport *transport);

/* For poll(). Bytes may be readable without its saying so: read until TRANSPORT_BLOCKED. */
int transport_descriptor(const struct transport *transport);

/* Appends what has come to received, a bounded number of bytes. */
enum transport_result transport_read(struct transport *transport, struct text *received);

/* The same, waiting at most so long (-1: for ever); error says what is wrong with
 * TRANSPORT_BLOCKED and TRANSPORT_BROKEN. */
enum transport_result transport_wait_read(struct transport *transport, int timeout_milliseconds,
                                          struct text *received, struct text *error);

/* *done is written only for TRANSPORT_DONE. */
enum transport_result transport_write(struct transport *transport, const void *data, size_t size,
                                      size_t *done);

/* Writes everything, waiting for it. False, and error says why, if that fails. */
bool transport_write_all(struct transport *transport, const char *data, size_t size,
                         struct text *error);
