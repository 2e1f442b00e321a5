#include "gateway/access.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"
#include "http/request_head.h"
#include "model/function_name.h"
#include "model/identity_source.h"
#include "model/name_values.h"
#include "model/registry.h"

struct access {
    char *authorizer; /* NULL: none */
    char *function;
    char **sources;                   /* as they are written */
    struct identity_source *compiled; /* of the same; their names point into sources */
    size_t source_count;
    bool needs_iam;
    bool wants_key;
    bool is_key_from_authorizer;
    struct access_key *keys; /* the enabled ones */
    size_t key_count;
};

static void copy_authorizer(struct access *access, const struct authorizer *authorizer,
                            const struct stage *stage)
{
    size_t count = authorizer->identity_source_count;

    access->authorizer   = memory_copy_string(authorizer->name);
    access->function     = function_name_resolve(authorizer->function, &stage->stage_variables);
    access->sources      = memory_new((count + 1) * sizeof *access->sources);
    access->source_count = count;
    access->compiled     = memory_new((count + 1) * sizeof *access->compiled);
    for (size_t i = 0; i < count; i++) {
        SCOPED_TEXT problem = {0};

        access->sources[i] = memory_copy_string(authorizer->identity_sources[i]);
        if (!identity_source_read(access->sources[i], &access->compiled[i], &problem))
            abort(); /* the loaders let well-formed sources through only */
    }
}

static void copy_keys(struct access *access, const struct registry *registry)
{
    access->keys = memory_new((registry->api_key_count + 1) * sizeof *access->keys);
    for (size_t i = 0; i < registry->api_key_count; i++) {
        const struct api_key *key = &registry->api_keys[i];

        if (key->is_enabled)
            access->keys[access->key_count++] = (struct access_key){
                memory_copy_string(key->id),
                memory_copy_string(key->name),
                memory_copy_string(key->value),
            };
    }
}

struct access *access_new(const struct registry *registry, const struct api *api,
                          const struct stage *stage, const struct route *connect)
{
    const struct authorizer *authorizer = NULL;
    struct access *access;

    if (!connect || (!connect->authorizer_id && !connect->api_key_required && !connect->needs_iam))
        return NULL;
    access = NEW(struct access);
    if (connect->authorizer_id) {
        authorizer = api_find_authorizer_by_id(api, connect->authorizer_id);
        assert(authorizer);
        copy_authorizer(access, authorizer, stage);
    }
    access->needs_iam              = connect->needs_iam;
    access->wants_key              = connect->api_key_required;
    access->is_key_from_authorizer = api->is_key_from_authorizer;
    if (access->wants_key)
        copy_keys(access, registry);
    return access;
}

void access_free(struct access *access)
{
    if (!access)
        return;
    for (size_t i = 0; i < access->source_count; i++)
        free(access->sources[i]);
    for (size_t i = 0; i < access->key_count; i++) {
        free(access->keys[i].id);
        free(access->keys[i].name);
        free(access->keys[i].value);
    }
    free(access->sources);
    free(access->compiled);
    free(access->keys);
    free(access->authorizer);
    free(access->function);
    free(access);
}

const char *access_function(const struct access *access)
{
    return access->function;
}

const char *access_authorizer(const struct access *access)
{
    return access->authorizer;
}

static bool has_parameter(const char *target, const char *name)
{
    const char *query  = strchr(target, '?');
    struct arena arena = {0};
    bool is_there      = false;
    struct url_parameter *parameters;
    size_t count = query ? url_parse_query(&arena, query + 1, &parameters) : 0;

    for (size_t i = 0; i < count; i++)
        is_there =
            is_there || (strcmp(parameters[i].name, name) == 0 && parameters[i].value[0] != '\0');
    arena_deinit(&arena);
    return is_there;
}

static bool is_filled(const char *value)
{
    return value && value[0] != '\0';
}

/* Every context variable that identity_source_read() knows has a value, but one. */
bool access_has_source(const struct identity_source *source, const struct request_head *head,
                       const struct name_values *stage_variables)
{
    switch (source->kind) {
    case IDENTITY_HEADER:
        return is_filled(request_head_find(head, source->name));
    case IDENTITY_QUERY:
        return has_parameter(head->target, source->name);
    case IDENTITY_STAGE_VARIABLE:
        return is_filled(name_values_find(stage_variables, source->name));
    case IDENTITY_CONTEXT:
        return strcmp(source->name, "identity.userAgent") != 0 ||
               is_filled(request_head_find(head, "User-Agent"));
    }
    return false;
}

const char *access_missing_source(const struct access *access, const struct request_head *head,
                                  const struct name_values *stage_variables)
{
    for (size_t i = 0; i < access->source_count; i++) {
        if (!access_has_source(&access->compiled[i], head, stage_variables))
            return access->sources[i];
    }
    return NULL;
}

bool access_needs_iam(const struct access *access)
{
    return access->needs_iam;
}

bool access_wants_header_key(const struct access *access)
{
    return access->wants_key && !access->is_key_from_authorizer;
}

bool access_wants_authorizer_key(const struct access *access)
{
    return access->wants_key && access->is_key_from_authorizer;
}

const struct access_key *access_find_key(const struct access *access, const char *value)
{
    for (size_t i = 0; value && i < access->key_count; i++) {
        if (strcmp(access->keys[i].value, value) == 0)
            return &access->keys[i];
    }
    return NULL;
}
