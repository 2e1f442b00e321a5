#pragma once

/*
 * Whether a request can come from a page in the user's browser that means ill: a page of another
 * origin says so in Origin, and one that has rebound its DNS name to this machine in Host.
 */

#include <stdbool.h>

/* True for localhost, *.localhost and loopback addresses, with any port. */
bool origin_is_local_host(const char *host);

/* True for "http://" or "https://" and a local host. */
bool origin_is_local(const char *origin);
