#pragma once

/* Where a running emulator is: what users type as its URL, and where it is found without. */

#include <stdbool.h>
#include <stddef.h>

/*
 * The http:// or https:// URL that a word means, without slashes at its end: "localhost:3001" is
 * http, ws:// is http:// and wss:// is https://. It may have a path, "http://localhost:3001/dev".
 * NULL if it is no such URL. The caller frees it.
 */
char *endpoint_read(const char *word);
bool is_endpoint(const char *word);

/*
 * The endpoint to use: given by option (NULL: it wasn't), the variable POSTERN_HTTP, or port 3001
 * here. NULL if the variable is no endpoint. The caller frees it.
 */
char *endpoint_find(const char *given, char *(*environment)(const char *name));

/* How much of an endpoint comes before its path. */
size_t endpoint_origin_size(const char *endpoint);
