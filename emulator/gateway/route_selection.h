#pragma once

/*
 * Which route a message takes.
 *
 * AWS: "Routes for WebSocket APIs": a message that isn't JSON takes $default; otherwise the
 * selection expression names a key; a key without a route takes $default; without $default the
 * client gets an error frame.
 */

#include <stddef.h>

struct snapshot;
struct snapshot_route;
struct text;

/*
 * The route of a message, or NULL if none matches and there is no $default. *key is emptied, then
 * holds what the expression selected.
 */
struct snapshot_route *route_select(const struct snapshot *snapshot, const char *message,
                                    size_t size, struct text *key);
