#pragma once

/*
 * The @connections API: how a backend reaches its clients. gateway/address.c has already taken API
 * and stage off the front of the path, in whichever form the client wrote them.
 *
 * AWS: "Use @connections commands in your backend service".
 */

#include <stddef.h>

struct call;
struct gateway;
struct http_target;
struct api_table;

/* The table for a gateway whose messages have at most that size. */
void management_api_init(struct api_table *table, size_t message_size_max);

/* Fills target for a call whose path isn't anybody else's. */
void management_api_resolve(struct gateway *gateway, struct call *call, struct http_target *target);
