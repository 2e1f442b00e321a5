#include "model/identity_source.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* AWS?: stage variables and context variables are documented as allowed; their spelling is that of
 * REST APIs. */
static const struct {
    const char *prefix;
    enum identity_source_kind kind;
} kinds[] = {
    {"route.request.header.",      IDENTITY_HEADER        },
    {"route.request.querystring.", IDENTITY_QUERY         },
    {"stageVariables.",            IDENTITY_STAGE_VARIABLE},
    {"context.",                   IDENTITY_CONTEXT       },
};

/* What a request has before any handler has run. */
static const char *const context_names[] = {
    "apiId",     "connectedAt",       "connectionId",      "domainName",
    "eventType", "extendedRequestId", "identity.sourceIp", "identity.userAgent",
    "requestId", "requestTimeEpoch",  "routeKey",          "stage",
};

static bool is_context_name(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(context_names); i++) {
        if (strcmp(context_names[i], name) == 0)
            return true;
    }
    return false;
}

/* The spellings of HTTP and REST APIs, which are what is usually meant. */
static const char *hint(const char *source)
{
    if (strncmp(source, "$request.header.", 16) == 0 ||
        strncmp(source, "method.request.header.", 22) == 0)
        return "for WebSocket APIs it begins with route.request.header.";
    if (strncmp(source, "$request.querystring.", 21) == 0 ||
        strncmp(source, "method.request.querystring.", 27) == 0)
        return "for WebSocket APIs it begins with route.request.querystring.";
    return "it must be like route.request.header.Authorization, route.request.querystring.token, "
           "stageVariables.NAME or context.NAME";
}

bool identity_source_read(const char *source, struct identity_source *result, struct text *problem)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        size_t size      = strlen(kinds[i].prefix);
        const char *name = source + size;

        if (strncmp(source, kinds[i].prefix, size) != 0 || name[0] == '\0')
            continue;
        if (kinds[i].kind == IDENTITY_CONTEXT && !is_context_name(name)) {
            text_append_format(problem, "a $connect request has no context variable \"%s\"", name);
            return false;
        }
        *result = (struct identity_source){kinds[i].kind, name};
        return true;
    }
    text_append_string(problem, hint(source));
    return false;
}
