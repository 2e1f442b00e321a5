#include "project/postern_access.h"

#include <string.h>

#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/identity_source.h"
#include "model/registry.h"
#include "project/reading.h"
#include "json/json.h"
#include "json/nearest.h"

/* AWS: ids of API keys and of authorizers; with the NUL. */
#define API_KEY_ID_SIZE    11
#define AUTHORIZER_ID_SIZE 7

/* Ids are derived from names, so that they are the same at every start. */
static char *derive_id(const char *whose, const char *name)
{
    char id[API_KEY_ID_SIZE];

    id_derive_api(whose, name, id);
    return memory_copy_string(id);
}

void postern_api_key_read(struct reading *reading, const struct json *object)
{
    const char *value          = json_find_string(object, "value");
    const char *id             = json_find_string(object, "id");
    const struct json *enabled = json_find(object, "enabled");
    SCOPED_MEMORY char *place  = reading_place("apiKeys", object->name);
    struct api_key *key;

    for (size_t i = 0; value && i < reading->registry->api_key_count; i++) {
        if (strcmp(reading->registry->api_keys[i].value, value) == 0)
            reading_error(reading, json_find(object, "value"),
                          "%s.value: the API key \"%s\" has the same value: take another", place,
                          reading->registry->api_keys[i].name);
    }
    key             = registry_add_api_key(reading->registry);
    key->id         = id ? memory_copy_string(id) : derive_id("apiKeys", object->name);
    key->name       = memory_copy_string(object->name);
    key->value      = memory_copy_string(value ? value : "");
    key->is_enabled = !enabled || enabled->kind != JSON_BOOLEAN || enabled->boolean;
}

static void add_identity_source(struct reading *reading, struct authorizer *authorizer,
                                const struct json *element, const char *place)
{
    size_t count = authorizer->identity_source_count;
    struct identity_source source;
    SCOPED_TEXT problem = {0};

    if (element->kind != JSON_STRING)
        return;
    if (!identity_source_read(element->string, &source, &problem))
        reading_error(reading, element, "%s.identitySource: \"%s\": %s", place, element->string,
                      text_string(&problem));
    authorizer->identity_sources = memory_resize(
        authorizer->identity_sources, (count + 1) * sizeof *authorizer->identity_sources);
    authorizer->identity_sources[count] = memory_copy_string(element->string);
    authorizer->identity_source_count++;
}

static void read_authorizer(struct reading *reading, struct api *api, const struct json *object,
                            const char *api_place)
{
    SCOPED_MEMORY char *authorizers = reading_place(api_place, "authorizers");
    SCOPED_MEMORY char *place       = reading_place(authorizers, object->name);
    struct authorizer *authorizer   = api_add_authorizer(api);
    const struct json *function     = json_find(object, "function");
    const struct json *sources      = json_find(object, "identitySource");
    const struct json *element = sources && sources->kind == JSON_ARRAY ? sources->first : NULL;

    authorizer->name          = memory_copy_string(object->name);
    authorizer->authorizer_id = derive_id(api->api_id, object->name);

    /* AWS: an authorizer's id is shorter. */
    authorizer->authorizer_id[AUTHORIZER_ID_SIZE - 1] = '\0';
    if (function && function->kind == JSON_STRING) {
        reading_want_function(reading, function, place);
        authorizer->function = memory_copy_string(function->string);
    }
    for (; element; element = element->next)
        add_identity_source(reading, authorizer, element, place);
}

void postern_authorizers_read(struct reading *reading, struct api *api, const struct json *object,
                              const char *place)
{
    const char *expression = json_find_string(object, "apiKeySelectionExpression");

    for (const struct json *item = reading_members(json_find(object, "authorizers")); item;
         item                    = item->next)
        read_authorizer(reading, api, item, place);
    api->is_key_from_authorizer =
        expression && strcmp(expression, "$context.authorizer.usageIdentifierKey") == 0;
}

static void report_no_authorizer(struct reading *reading, const struct api *api,
                                 const struct json *name, const char *place)
{
    struct nearest nearest = {.wanted = name->string};

    for (size_t i = 0; i < api->authorizer_count; i++)
        nearest_consider(&nearest, api->authorizers[i].name);
    if (nearest.found)
        reading_error(reading, name,
                      "%s.authorizer: there is no authorizer \"%s\": did you mean \"%s\"?", place,
                      name->string, nearest.found);
    else
        reading_error(reading, name,
                      "%s.authorizer: there is no authorizer \"%s\": define it under "
                      "\"authorizers\" of the API",
                      place, name->string);
}

/* AWS: authorization takes place once, at $connect; another route with it can't be created. */
static void refuse_elsewhere(struct reading *reading, const struct json *object, const char *place)
{
    static const struct {
        const char *name;
        const char *harmless;
    } members[] = {
        {"authorizer",        NULL  },
        {"authorizationType", "NONE"},
        {"apiKeyRequired",    NULL  }
    };

    if (strcmp(object->name, "$connect") == 0)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        const struct json *member = json_find(object, members[i].name);

        if (!member || (member->kind == JSON_BOOLEAN && !member->boolean) ||
            (member->kind == JSON_STRING && members[i].harmless &&
             strcmp(member->string, members[i].harmless) == 0))
            continue;
        reading_error(reading, member,
                      "%s.%s: AWS authorizes connections once, on $connect: move it there", place,
                      members[i].name);
    }
}

static void check_type(struct reading *reading, const struct json *object, const char *place)
{
    const struct json *type = json_find(object, "authorizationType");
    const char *word        = json_find_string(object, "authorizationType");

    if (!word)
        return;
    if (strcmp(word, "AWS_IAM") == 0 && json_find(object, "authorizer"))
        reading_error(reading, type,
                      "%s.authorizationType: a route has AWS_IAM or an \"authorizer\", not both: "
                      "remove one of them",
                      place);
    else if (strcmp(word, "CUSTOM") == 0 && !json_find(object, "authorizer"))
        reading_error(reading, type,
                      "%s.authorizationType: CUSTOM needs an \"authorizer\": name one of the "
                      "API's",
                      place);
    else if (strcmp(word, "NONE") == 0 && json_find(object, "authorizer"))
        reading_error(reading, type,
                      "%s.authorizationType: NONE would leave the \"authorizer\" unused: remove "
                      "one of them",
                      place);
}

void postern_access_read(struct reading *reading, const struct api *api, struct route *route,
                         const struct json *object, const char *place)
{
    const struct json *name = json_find(object, "authorizer");
    const char *type        = json_find_string(object, "authorizationType");
    const struct authorizer *authorizer;

    refuse_elsewhere(reading, object, place);
    check_type(reading, object, place);
    route->api_key_required = reading_flag(object, "apiKeyRequired");
    route->needs_iam        = type && strcmp(type, "AWS_IAM") == 0;
    if (!name || name->kind != JSON_STRING)
        return;
    authorizer = api_find_authorizer(api, name->string);
    if (!authorizer)
        report_no_authorizer(reading, api, name, place);
    else
        route->authorizer_id = memory_copy_string(authorizer->authorizer_id);
}
