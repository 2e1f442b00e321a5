#pragma once

/*
 * Identifiers in AWS's formats.
 *
 * AWS (observed in captures): connectionId, messageId and requestId are base64url of 11 bytes, 15
 * characters and one
 * '='. Bytes 0-3 count ticks of 25 ms, so ids sort by time; a message's last three bytes are those
 * of its connection, a request's begin with 05.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_SIZE       17 /* of the three ids below, with the NUL */
#define ID_UUID_SIZE  37
#define ID_TRACE_SIZE 36 /* "1-67891233-abcdef012345678912345678" and the NUL */

/* Size random bytes from the kernel's generator, buffered. */
void id_random(void *bytes, size_t size);

/* A connection id of node (0-65535: one emulator of several). now is in ms since 1970. */
void id_connection(int64_t now, uint16_t node, char id[ID_SIZE]);
void id_message(int64_t now, const char *connection_id, char id[ID_SIZE]);
void id_request(int64_t now, char id[ID_SIZE]);

/* True for 15 characters of the base64url alphabet and one '='. */
bool id_is_connection(const char *id);

/* A random UUID, version 4, lower case. */
void id_uuid(char id[ID_UUID_SIZE]);

/* The value behind "Root=" of an X-Amzn-Trace-Id. now is in ms since 1970. */
void id_trace(int64_t now, char id[ID_TRACE_SIZE]);

/* count - 1 random characters of a-z and 0-9, the first a letter, and a NUL: deployment ids and the
 * like. */
void id_random_name(char *name, size_t count);

/*
 * The 10 characters of an API's id: derived from two names, so that it is the same at every start.
 * AWS's own are lower-case letters and digits.
 */
void id_derive_api(const char *folder, const char *name, char id[11]);
