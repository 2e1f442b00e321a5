#include "admin/origin.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static bool is_port(const char *port)
{
    return port[0] == '\0' || (port[0] == ':' && port[1 + strspn(port + 1, "0123456789")] == '\0');
}

/* True if host is name, and perhaps a port. */
static bool is_host(const char *host, const char *name)
{
    size_t size = strlen(name);

    return strncasecmp(host, name, size) == 0 && is_port(host + size);
}

/* A name below localhost is this machine wherever it resolves at all (RFC 6761). */
static bool is_below_localhost(const char *host)
{
    static const char suffix[] = ".localhost";
    size_t size                = strcspn(host, ":");

    for (size_t i = 0; i < size; i++) {
        if (strchr("/@?#\\ \t[]", host[i]))
            return false;
    }
    return size >= sizeof suffix && is_host(host + size - (sizeof suffix - 1), suffix);
}

static bool is_this_machine(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (is_host(host, names[i]))
            return true;
    }
    return is_below_localhost(host);
}

/* An origin is a scheme and a host; "null" is that of a page that hides its own. */
static bool is_own_origin(const char *origin)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t size = strlen(schemes[i]);

        if (strncasecmp(origin, schemes[i], size) == 0)
            return is_this_machine(origin + size);
    }
    return false;
}

enum origin_verdict origin_judge(const char *host, const char *origin, bool any_host)
{
    if (origin && !is_own_origin(origin))
        return ORIGIN_CROSS_ORIGIN;
    if (!any_host && (!host || !is_this_machine(host)))
        return ORIGIN_FOREIGN_HOST;
    return ORIGIN_FINE;
}
