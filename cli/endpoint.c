#include "cli/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DEFAULT_ENDPOINT "http://localhost:3001"

/* What may stand in a URL without a query. */
#define URL_CHARACTERS                                                                             \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/[]%@!$&'()*+,;="

static const struct {
    const char *written;
    const char *meant;
} schemes[] = {
    {"http://",  "http://" },
    {"https://", "https://"},
    {"ws://",    "http://" },
    {"wss://",   "https://"},
};

char *endpoint_read(const char *word)
{
    const char *meant = "http://";
    const char *rest  = word;
    size_t size;

    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t length = strlen(schemes[i].written);

        if (strncmp(word, schemes[i].written, length) == 0) {
            meant = schemes[i].meant;
            rest  = word + length;
        }
    }
    size = strlen(rest);
    while (size > 0 && rest[size - 1] == '/')
        size--;
    if (size == 0 || rest[0] == '/' || rest[strspn(rest, URL_CHARACTERS)] || strstr(rest, "://"))
        return NULL;
    return memory_format("%s%.*s", meant, (int)size, rest);
}

bool is_endpoint(const char *word)
{
    SCOPED_MEMORY char *endpoint = endpoint_read(word);

    return endpoint != NULL;
}

char *endpoint_find(const char *given, char *(*environment)(const char *name))
{
    const char *variable = environment("POSTERN_HTTP");

    if (given)
        return endpoint_read(given);
    return endpoint_read(variable && variable[0] ? variable : DEFAULT_ENDPOINT);
}

size_t endpoint_origin_size(const char *endpoint)
{
    const char *host = strstr(endpoint, "://") + 3;

    return (size_t)(host - endpoint) + strcspn(host, "/");
}
