#pragma once

/*
 * Where `postern connect` connects to: reads what users type as a URL. Looks at strings only.
 *
 *     ws://HOST[:PORT]/PATH?QUERY      wss, http and https too
 *     HOST:PORT/PATH                   a host with a port or a dot in it, or localhost: ws
 *     STAGE?QUERY, API/STAGE, /PATH    on the emulator
 */

#include <stdbool.h>

struct text;

struct target {
    bool is_tls;
    char *host; /* an IPv6 address has no brackets here */
    char *port;
    char *path; /* of the request line: begins with '/', has the query */
    char *user; /* "NAME:PASSWORD" of the URL; NULL: none */
};

/*
 * endpoint is the emulator's URL, for words that name no host. The caller releases target. False if
 * the word is none of the above; error says why and nothing needs to be released.
 */
bool target_read(const char *word, const char *endpoint, struct target *target, struct text *error);

/* True for a word that target_read() takes for a place on the emulator. */
bool target_is_on_endpoint(const char *word);
void target_deinit(struct target *target);

/* Appends what the Host header says: no port where it is the scheme's own. */
void target_append_host(const struct target *target, struct text *out);

/* Appends the whole URL, as ws:// or wss://, without user and password. */
void target_append_url(const struct target *target, struct text *out);
