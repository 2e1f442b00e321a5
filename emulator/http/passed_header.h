#pragma once

/*
 * Which headers of somebody else's answer may be part of ours: not those that belong to a
 * connection, nor any that would break the answer.
 */

#include <stdbool.h>
#include <stddef.h>

/* True if the name is no token, or one of Connection, Content-Length, Date, Keep-Alive, Trailer,
 * Transfer-Encoding, Upgrade, Sec-WebSocket-…. */
bool passed_header_is_barred(const char *name);

/* True if a header may have that value: no line breaks, no control characters. */
bool passed_header_is_value(const char *value, size_t size);
