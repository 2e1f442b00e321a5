#include "model/parameter_mapping.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

#define INVALID "Invalid mapping expression specified: \"%s\"; "

/* AWS: names of headers and parameters. */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._$-"

static bool is_name(const char *name)
{
    return *name && name[strspn(name, NAME_CHARACTERS)] == '\0';
}

struct place {
    const char *prefix;
    enum parameter_place place;
};

static bool read_destination(const char *destination, const struct place *places, size_t count,
                             struct parameter_mapping *mapping)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = text_behind(destination, places[i].prefix);

        if (name && is_name(name)) {
            mapping->place = places[i].place;
            mapping->name  = name;
            return true;
        }
    }
    return false;
}

static bool read_header_or_query(const char *source, struct parameter_mapping *mapping)
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

static bool read_body_source(const char *source, const char *at, struct arena *arena,
                             struct parameter_mapping *mapping, struct text *problem)
{
    SCOPED_TEXT error = {0};
    const char *path  = at + strlen("body");

    mapping->from = PARAMETER_FROM_BODY;
    if (*path == '\0')
        return true;
    mapping->from = PARAMETER_FROM_BODY_BY_PATH;
    if (query_parse(&mapping->query, arena, &path, QUERY_ENDS_WITH_TEXT, &error))
        return true;
    text_append_format(problem, "\"%s\": %s", source, text_string(&error));
    return false;
}

/* The sources that requests and responses share. False with a problem: it is malformed. */
static bool read_common_source(const char *source, struct arena *arena,
                               struct parameter_mapping *mapping, struct text *problem)
{
    size_t size = strlen(source);
    const char *rest;

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
    }
    return false;
}

/* at is behind what says whose headers and body are meant; NULL: nothing does. */
static bool read_source(const char *source, const char *at, struct arena *arena,
                        struct parameter_mapping *mapping, struct text *problem)
{
    if (read_common_source(source, arena, mapping, problem))
        return true;
    if (problem->size > 0)
        return false;
    if (at && (strcmp(at, "body") == 0 || text_behind(at, "body.")))
        return read_body_source(source, at, arena, mapping, problem);
    return at && read_header_or_query(at, mapping);
}

/* AWS: the guide writes route.request.…, the service model method.request.…. */
bool parameter_mapping_read(const char *destination, const char *source, struct arena *arena,
                            struct parameter_mapping *mapping, struct text *problem)
{
    static const struct place places[] = {
        {"integration.request.header.",      PARAMETER_IN_HEADER     },
        {"integration.request.querystring.", PARAMETER_IN_QUERYSTRING},
        {"integration.request.path.",        PARAMETER_IN_PATH       },
    };
    const char *at;

    *mapping    = (struct parameter_mapping){0};
    destination = arena_copy_string(arena, destination);
    source      = arena_copy_string(arena, source);
    at          = text_behind(source, "route.request.");
    if (!at)
        at = text_behind(source, "method.request.");
    if (!read_destination(destination, places, ARRAY_SIZE(places), mapping)) {
        text_append_format(problem,
                           INVALID "destinations are integration.request.header.NAME, "
                                   "integration.request.querystring.NAME and "
                                   "integration.request.path.NAME",
                           destination);
        return false;
    }
    if (read_source(source, at, arena, mapping, problem))
        return true;
    if (problem->size == 0)
        text_append_format(problem,
                           INVALID "sources are route.request.header.NAME, "
                                   "route.request.querystring.NAME, route.request.body.PATH, "
                                   "context.NAME, stageVariables.NAME and 'text'",
                           source);
    return false;
}

/* AWS: as for requests; route.response.… is what the guide would write. */
bool parameter_mapping_read_response(const char *destination, const char *source,
                                     struct arena *arena, struct parameter_mapping *mapping,
                                     struct text *problem)
{
    static const struct place places[] = {
        {"method.response.header.", PARAMETER_IN_HEADER},
        {"route.response.header.",  PARAMETER_IN_HEADER},
    };
    const char *at;

    *mapping    = (struct parameter_mapping){0};
    destination = arena_copy_string(arena, destination);
    source      = arena_copy_string(arena, source);
    at          = text_behind(source, "integration.response.");
    if (!read_destination(destination, places, ARRAY_SIZE(places), mapping)) {
        text_append_format(problem,
                           INVALID "destinations are method.response.header.NAME and "
                                   "route.response.header.NAME",
                           destination);
        return false;
    }
    if (read_source(source, at, arena, mapping, problem) &&
        mapping->from != PARAMETER_FROM_QUERYSTRING && mapping->from != PARAMETER_FROM_QUERYSTRINGS)
        return true;
    if (problem->size == 0)
        text_append_format(problem,
                           INVALID "sources are integration.response.header.NAME, "
                                   "integration.response.body.PATH, context.NAME, "
                                   "stageVariables.NAME and 'text'",
                           source);
    return false;
}
