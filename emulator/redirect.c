#include "redirect.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "lambda/environment.h"
#include "model/name_values.h"
#include "model/registry.h"

/* An address to connect to where the host is one to listen on. */
static const char *reachable(const char *host)
{
    static const char *const any[] = {"localhost", "0.0.0.0", "::", "[::]"};

    for (size_t i = 0; i < ARRAY_SIZE(any); i++) {
        if (strcmp(host, any[i]) == 0)
            return "127.0.0.1";
    }
    return host;
}

bool redirect_put(struct name_values *environment, const char *host, uint16_t port,
                  const struct registry *registry)
{
    const char *wish   = getenv("POSTERN_REDIRECT");
    const char *before = name_values_find(environment, ENVIRONMENT_REDIRECT);
    SCOPED_TEXT value  = {0};

    if (wish && strcmp(wish, "off") == 0)
        return false;
    text_append_format(&value, "%s %u", reachable(host), port);
    for (size_t i = 0; i < registry->domain_name_count; i++)
        text_append_format(&value, " %s", registry->domain_names[i].name);
    if (before && strcmp(before, text_string(&value)) == 0)
        return false;
    name_values_put(environment, ENVIRONMENT_REDIRECT, text_string(&value));
    return true;
}
