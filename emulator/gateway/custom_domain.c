#include "gateway/custom_domain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "model/registry.h"

void custom_domains_deploy(struct custom_domains *domains, const struct registry *registry,
                           struct live_stage *(*find_stage)(void *owner, const char *api_id,
                                                            const char *stage_name),
                           void *owner)
{
    custom_domains_deinit(domains);
    domains->items = memory_new((registry->domain_name_count + 1) * sizeof *domains->items);
    domains->count = registry->domain_name_count;
    for (size_t i = 0; i < domains->count; i++) {
        const struct domain_name *from = &registry->domain_names[i];
        struct custom_domain *domain   = &domains->items[i];

        domain->name     = memory_copy_string(from->name);
        domain->mappings = memory_new((from->mapping_count + 1) * sizeof *domain->mappings);
        for (size_t j = 0; j < from->mapping_count; j++) {
            const struct api_mapping *mapping = &from->mappings[j];

            domain->mappings[domain->mapping_count++] = (struct custom_mapping){
                .key   = memory_copy_string(mapping->key),
                .stage = find_stage(owner, mapping->api_id, mapping->stage),
            };
        }
    }
}

void custom_domains_deinit(struct custom_domains *domains)
{
    for (size_t i = 0; i < domains->count; i++) {
        for (size_t j = 0; j < domains->items[i].mapping_count; j++)
            free(domains->items[i].mappings[j].key);
        free(domains->items[i].mappings);
        free(domains->items[i].name);
    }
    free(domains->items);
    *domains = (struct custom_domains){0};
}

static bool is_name(const char *name, const char *host, size_t size)
{
    return strlen(name) == size && strncasecmp(name, host, size) == 0;
}

/* AWS: a wildcard stands for one label. */
static bool is_below(const char *wildcard, const char *host, size_t size)
{
    size_t label = strcspn(host, ".");

    return strncmp(wildcard, "*.", 2) == 0 && label > 0 && label < size &&
           is_name(wildcard + 1, host + label, size - label);
}

const struct custom_domain *custom_domain_find(const struct custom_domains *domains,
                                               const char *host)
{
    const struct custom_domain *found = NULL;
    size_t size;

    if (!host)
        return NULL;
    size = strcspn(host, ":");
    for (size_t i = 0; i < domains->count; i++) {
        const struct custom_domain *domain = &domains->items[i];

        if (is_name(domain->name, host, size))
            return domain;
        if (!found && is_below(domain->name, host, size))
            found = domain;
    }
    return found;
}

struct live_stage *custom_domain_stage(const struct custom_domain *domain, const char *key)
{
    for (size_t i = 0; i < domain->mapping_count; i++) {
        if (strcmp(domain->mappings[i].key, key) == 0)
            return domain->mappings[i].stage;
    }
    return NULL;
}
