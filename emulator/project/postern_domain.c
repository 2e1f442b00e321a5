#include "project/postern_domain.h"

#include <string.h>

#include "base/memory.h"
#include "model/registry.h"
#include "project/postern_stage.h"
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

static void read_mapping(struct reading *reading, struct domain_name *domain,
                         const struct json *value, const char *domain_place)
{
    SCOPED_MEMORY char *mappings = reading_place(domain_place, "apiMappings");
    SCOPED_MEMORY char *place    = reading_place(mappings, value->name);
    const char *stage;
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
    api = postern_stage_find(reading, value, place, &stage);
    if (!api)
        return;
    mapping         = domain_name_add_mapping(domain);
    mapping->key    = memory_copy_string(value->name);
    mapping->api_id = memory_copy_string(api->api_id);
    mapping->stage  = memory_copy_string(stage);
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
