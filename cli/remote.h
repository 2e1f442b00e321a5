#pragma once

/*
 * What the subcommands that talk to a running emulator share: finding it, asking it, and saying
 * what went wrong.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct http_client;

/* Options and operands of those subcommands. Texts are borrowed. */
struct remote_settings {
    const char *endpoint;    /* NULL: POSTERN_HTTP, or port 3001 */
    const char *data_folder; /* whose authority is trusted, if it has one */
    int64_t timeout_milliseconds;
    const char *connection_id;
    const char *message; /* `send`: a text, "@FILE" or "-"; NULL: none */
    const char *file;    /* `send`: NULL: none */
    const char *api;     /* `connections`: only this one's, by id; NULL: all */
    const char *stage;   /* the same of stages */
    bool json;           /* print JSON */
};

struct remote {
    const char *subcommand; /* whose messages these are */
    char *endpoint;
    struct text authorities; /* PEM: trusted besides the system's */
    int64_t timeout_milliseconds;
    struct http_client *http;
};

/* A local that is released at the end of its block. */
#define SCOPED_REMOTE __attribute__((cleanup(remote_deinit))) struct remote

/*
 * The URL of the emulator that is meant, without slashes at its end; the caller frees it. NULL,
 * after saying so to standard error, if POSTERN_HTTP is none: that is wrong usage.
 */
char *remote_find_endpoint(const char *subcommand, const struct remote_settings *settings);

/* False if it can't work: then it has said why, and *status is to be returned. */
bool remote_init(struct remote *remote, const char *subcommand,
                 const struct remote_settings *settings, int *status);
void remote_deinit(struct remote *remote);

/*
 * Asks for a path below /_postern, or does something to a connection; data may be NULL. True if it
 * was done: the body is appended to answer. Otherwise it has said to standard error what is wrong
 * and what to do, and the exit status is EXIT_FAILURE.
 */
bool remote_ask(struct remote *remote, const char *method, const char *path, struct text *answer);
bool remote_ask_connection(struct remote *remote, const char *method, const char *connection_id,
                           const struct text *data, struct text *answer);

/* Says that an answer wasn't what the emulator answers; returns EXIT_FAILURE. */
int remote_complain_answer(const struct remote *remote);

/* Appends bytes percent-encoded, for one segment or value of a URL. */
void remote_append_encoded(struct text *out, const char *word);
