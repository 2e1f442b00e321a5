#pragma once

/*
 * Whether a request can come from a page in the user's browser that means ill: a page of another
 * origin says so in Origin, and one that has rebound its DNS name to this machine says so in Host.
 */

#include <stdbool.h>

enum origin_verdict {
    ORIGIN_FINE,
    ORIGIN_FOREIGN_HOST, /* Host isn't this machine */
    ORIGIN_CROSS_ORIGIN, /* Origin is there and isn't this machine */
};

/*
 * Judges the values of Host and Origin, NULL for a header that isn't there. This machine is
 * localhost, *.localhost, 127.0.0.1 and [::1], with any port. any_host: Host may be anything.
 */
enum origin_verdict origin_judge(const char *host, const char *origin, bool any_host);
