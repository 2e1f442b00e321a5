#include "admin/origin.h"

#include <string.h>
#include <strings.h>

static bool ends_with(const char *string, size_t size, const char *end)
{
    size_t end_size = strlen(end);

    return size >= end_size && strncasecmp(string + size - end_size, end, end_size) == 0;
}

bool origin_is_local_host(const char *host)
{
    size_t size = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");

    if (host[0] == '[')
        return strncmp(host, "[::1]", 5) == 0;
    return (size == 9 && strncasecmp(host, "localhost", 9) == 0) ||
           ends_with(host, size, ".localhost") || (size == 9 && strncmp(host, "127.0.0.1", 9) == 0);
}

bool origin_is_local(const char *origin)
{
    if (strncasecmp(origin, "http://", 7) == 0)
        return origin_is_local_host(origin + 7);
    return strncasecmp(origin, "https://", 8) == 0 && origin_is_local_host(origin + 8);
}
