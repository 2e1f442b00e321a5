#include "model/parameter_mapping.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

/* AWS: names of headers and parameters. */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._$-"

static bool is_name(const char *name)
{
    return *name && name[strspn(name, NAME_CHARACTERS)] == '\0';
}

static bool read_destination(const char *destination, struct parameter_mapping *mapping)
{
    static const struct {
        const char *prefix;
        enum parameter_place place;
    } places[] = {
        {"integration.request.header.",      PARAMETER_IN_HEADER     },
        {"integration.request.querystring.", PARAMETER_IN_QUERYSTRING},
        {"integration.request.path.",        PARAMETER_IN_PATH       },
    };

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        const char *name = text_behind(destination, places[i].prefix);

        if (name && is_name(name)) {
            mapping->place = places[i].place;
            mapping->name  = name;
            return true;
        }
    }
    return false;
}

/* AWS: the guide writes route.request.…, the service model method.request.…. */
static bool read_request_source(const char *source, struct parameter_mapping *mapping)
{
    static const struct {
        const char *prefix;
        enum parameter_source from;
    } sources[] = {
        {"header.",                PARAMETER_FROM_HEADER      },
        {"multivalueheader.",      PARAMETER_FROM_HEADERS     },
        {"querystring.",           PARAMETER_FROM_QUERYSTRING },
        {"multivaluequerystring.", PARAMETER_FROM_QUERYSTRINGS},
    };

    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        const char *name = text_behind(source, sources[i].prefix);

        if (name && is_name(name)) {
            mapping->from   = sources[i].from;
            mapping->source = name;
            return true;
        }
    }
    return false;
}

static bool read_body_source(const char *source, struct arena *arena,
                             struct parameter_mapping *mapping, struct text *problem)
{
    SCOPED_TEXT error = {0};
    const char *path  = source + strlen("body");

    mapping->from = PARAMETER_FROM_BODY;
    if (*path == '\0')
        return true;
    mapping->from = PARAMETER_FROM_BODY_BY_PATH;
    if (query_parse(&mapping->query, arena, &path, QUERY_ENDS_WITH_TEXT, &error))
        return true;
    text_append_format(problem, "\"%s\": %s", source, text_string(&error));
    return false;
}

static bool read_source(const char *source, struct arena *arena, struct parameter_mapping *mapping,
                        struct text *problem)
{
    size_t size         = strlen(source);
    const char *request = text_behind(source, "route.request.");
    const char *rest;

    if (!request)
        request = text_behind(source, "method.request.");
    if (size >= 2 && source[0] == '\'' && source[size - 1] == '\'') {
        mapping->from   = PARAMETER_STATIC;
        mapping->source = arena_copy(arena, source + 1, size - 2);
        return true;
    }
    if ((rest = text_behind(source, "stageVariables.")) && is_name(rest)) {
        mapping->from   = PARAMETER_FROM_STAGE_VARIABLE;
        mapping->source = rest;
        return true;
    }
    if ((rest = text_behind(source, "context."))) {
        mapping->from = PARAMETER_FROM_CONTEXT;
        if (context_refer(rest, strlen(rest), CONTEXT_FOR_TEMPLATES, &mapping->context))
            return true;
        text_append_format(problem, "there is no $context.%s", rest);
        return false;
    }
    if (request && (strcmp(request, "body") == 0 || text_behind(request, "body.")))
        return read_body_source(request, arena, mapping, problem);
    if (request && read_request_source(request, mapping))
        return true;
    text_append_format(problem,
                       "Invalid mapping expression specified: \"%s\"; sources are "
                       "route.request.header.NAME, route.request.querystring.NAME, "
                       "route.request.body.PATH, context.NAME, stageVariables.NAME and 'text'",
                       source);
    return false;
}

bool parameter_mapping_read(const char *destination, const char *source, struct arena *arena,
                            struct parameter_mapping *mapping, struct text *problem)
{
    *mapping    = (struct parameter_mapping){0};
    destination = arena_copy_string(arena, destination);
    source      = arena_copy_string(arena, source);
    if (!read_destination(destination, mapping)) {
        text_append_format(problem,
                           "Invalid mapping expression specified: \"%s\"; destinations are "
                           "integration.request.header.NAME, integration.request.querystring.NAME "
                           "and integration.request.path.NAME",
                           destination);
        return false;
    }
    return read_source(source, arena, mapping, problem);
}
