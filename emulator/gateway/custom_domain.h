#pragma once

/*
 * Custom domain names: hosts whose paths begin with an API mapping's key instead of a stage. Looks
 * at strings only.
 *
 * AWS: "Custom domain names for WebSocket APIs", "Work with API mappings for WebSocket APIs".
 */

#include <stdbool.h>
#include <stddef.h>

struct live_stage;
struct registry;

struct custom_mapping {
    char *key; /* "": for paths without one */
    struct live_stage *stage;
};

struct custom_domain {
    char *name; /* in any case; "*.example.com" stands for every name with one label more */
    struct custom_mapping *mappings;
    size_t mapping_count;
};

/* Those of one deployment. A zeroed list is empty. */
struct custom_domains {
    struct custom_domain *items;
    size_t count;
};

/* Replaces the list by the registry's; find_stage gives the stage of an API's id and a stage's
 * name, NULL: there is none. */
void custom_domains_deploy(struct custom_domains *domains, const struct registry *registry,
                           struct live_stage *(*find_stage)(void *owner, const char *api_id,
                                                            const char *stage_name),
                           void *owner);
void custom_domains_deinit(struct custom_domains *domains);

/* The domain that a Host header means, whatever its port; an exact name before a wildcard. NULL:
 * none. */
const struct custom_domain *custom_domain_find(const struct custom_domains *domains,
                                               const char *host);

/* The stage mapped to key, NULL: none. */
struct live_stage *custom_domain_stage(const struct custom_domain *domain, const char *key);
