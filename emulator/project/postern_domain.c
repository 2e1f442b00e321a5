#include "project/postern_domain.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"
#include "project/reading.h"
#include "json/json.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* AWS: an API mapping's key has at most 300 characters; a domain name 512, of which DNS takes 253.
 */
#define KEY_SIZE_MAX    300
#define DOMAIN_SIZE_MAX 253

static bool is_domain_name(const char *name)
{
    size_t size;

    if (strlen(name) > DOMAIN_SIZE_MAX)
        return false;
    name += strncmp(name, "*.", 2) == 0 ? 2 : 0;
    if (!strchr(name, '.'))
        return false;
    for (;; name += size + 1) {
        size = strspn(name, LETTERS DIGITS "-");
        if (size == 0)
            return false;
        if (name[size] == '\0')
            return true;
        if (name[size] != '.')
            return false;
    }
}

/* The API of that id or name. */
static const struct api *find_api(const struct registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->api_count; i++) {
        if (strcmp(registry->apis[i].api_id, name) == 0 ||
            strcmp(registry->apis[i].name, name) == 0)
            return &registry->apis[i];
    }
    return NULL;
}

static bool has_stage(const struct api *api, const char *name)
{
    for (size_t i = 0; i < api->stage_count; i++) {
        if (strcmp(api->stages[i].stage_name, name) == 0)
            return true;
    }
    return false;
}

static void report_no_api(struct reading *reading, const struct json *where, const char *place,
                          const char *name)
{
    SCOPED_TEXT known = {0};

    for (size_t i = 0; i < reading->registry->api_count; i++)
        text_append_format(&known, "%s%s", i > 0 ? ", " : "", reading->registry->apis[i].name);
    reading_error(reading, where, "%s: there is no API \"%s\": the APIs here are %s", place, name,
                  known.size > 0 ? text_string(&known) : "none");
}

static void read_mapping(struct reading *reading, struct domain_name *domain,
                         const struct json *value, const char *domain_place)
{
    SCOPED_MEMORY char *mappings = reading_place(domain_place, "apiMappings");
    SCOPED_MEMORY char *place    = reading_place(mappings, value->name);
    SCOPED_MEMORY char *name     = NULL;
    const char *slash            = value->kind == JSON_STRING ? strrchr(value->string, '/') : NULL;
    const struct api *api;
    struct api_mapping *mapping;

    if (strlen(value->name) > KEY_SIZE_MAX ||
        value->name[strspn(value->name, LETTERS DIGITS "$-_.+!*'()")] != '\0')
        reading_error(reading, value,
                      "%s: a mapping's key has letters, digits and characters of $-_.+!*'()",
                      place);
    if (strcmp(value->name, "ping") == 0 || strcmp(value->name, "sping") == 0)
        reading_warn(reading, value,
                     "%s: AWS answers /ping and /sping itself, as health checks: take another key",
                     place);
    if (!slash)
        return; /* the schema says so */
    name = memory_copy(value->string, (size_t)(slash - value->string));
    api  = find_api(reading->registry, name);
    if (!api) {
        report_no_api(reading, value, place, name);
        return;
    }
    if (!has_stage(api, slash + 1)) {
        reading_error(reading, value, "%s: the API %s has no stage \"%s\"", place, name, slash + 1);
        return;
    }
    mapping         = domain_name_add_mapping(domain);
    mapping->key    = memory_copy_string(value->name);
    mapping->api_id = memory_copy_string(api->api_id);
    mapping->stage  = memory_copy_string(slash + 1);
}

void postern_domain_read(struct reading *reading, const struct json *object)
{
    SCOPED_MEMORY char *place  = reading_place("domainNames", object->name);
    struct domain_name *domain = registry_add_domain_name(reading->registry);

    domain->name = memory_copy_string(object->name);
    if (!is_domain_name(object->name))
        reading_error(reading, object,
                      "%s: a domain name has labels of letters, digits and '-', with dots between "
                      "them, like ws.example.com or *.example.com",
                      place);
    for (const struct json *value = reading_members(json_find(object, "apiMappings")); value;
         value                    = value->next)
        read_mapping(reading, domain, value, place);
}
