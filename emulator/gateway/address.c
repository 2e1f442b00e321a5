#include "gateway/address.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "gateway/custom_domain.h"
#include "gateway/snapshot.h"

/* AWS: stage names have at most 128 characters; encoded ones take three times as many bytes. */
#define SEGMENT_SIZE_MAX 384

/* Takes the next segment of a path, decoded; doubled slashes are one. What is longer than any name
 * comes empty, and so is none. False at the end. */
static bool next_segment(const char **path, char segment[SEGMENT_SIZE_MAX + 1])
{
    const char *begin = *path + strspn(*path, "/");
    size_t size       = strcspn(begin, "/?#");

    if (size == 0)
        return false;
    *path    = begin + size;
    *segment = '\0';
    if (size <= SEGMENT_SIZE_MAX)
        segment[url_decode(begin, size, false, segment)] = '\0';
    return true;
}

static bool is_served(const struct live_stage *stage)
{
    return stage->snapshot != NULL;
}

static bool is_of_api(const struct live_stage *stage, const char *api)
{
    return !api || strcmp(stage->api_id, api) == 0 || strcmp(stage->api_name, api) == 0;
}

/* The stage of that name (NULL: any) in that API (an id or a name; NULL: any), if it is the only
 * one. */
static struct live_stage *find_only(const struct address_book *book, const char *api,
                                    const char *name)
{
    struct live_stage *found = NULL;

    for (size_t i = 0; i < book->stage_count; i++) {
        struct live_stage *stage = book->stages[i];

        if (!is_served(stage) || !is_of_api(stage, api))
            continue;
        if (name && strcmp(stage->stage_name, name) != 0)
            continue;
        if (found)
            return NULL;
        found = stage;
    }
    return found;
}

static bool is_stage_name(const struct address_book *book, const char *name)
{
    for (size_t i = 0; i < book->stage_count; i++) {
        if (is_served(book->stages[i]) && strcmp(book->stages[i]->stage_name, name) == 0)
            return true;
    }
    return false;
}

static void set_stage(struct address *address, struct live_stage *stage, const char *rest)
{
    if (!stage)
        return;
    address->kind  = ADDRESS_STAGE;
    address->stage = stage;
    address->rest  = rest;
}

/* The path of an API that is known already: its stage, and what follows. */
static void resolve_in_api(const struct address_book *book, const char *api, const char *path,
                           struct address *address)
{
    char segment[SEGMENT_SIZE_MAX + 1];

    address->problem = "the API has no such stage, or there is no such API";
    if (next_segment(&path, segment))
        set_stage(address, find_only(book, api, segment), path);
}

static void resolve_by_path(const struct address_book *book, const char *path,
                            struct address *address)
{
    const char *rest = path;
    char segment[SEGMENT_SIZE_MAX + 1];

    if (!next_segment(&rest, segment)) {
        address->problem = "the path names no stage, and there is not just one";
        set_stage(address, find_only(book, NULL, NULL), path);
        return;
    }
    if (strcmp(segment, "@connections") == 0) {
        address->kind    = ADDRESS_ANY_STAGE;
        address->rest    = path;
        address->problem = "a client connects to a stage, not to @connections";
        return;
    }
    set_stage(address, find_only(book, NULL, segment), rest);
    if (address->kind == ADDRESS_STAGE)
        return;
    resolve_in_api(book, segment, rest, address);
    if (address->kind == ADDRESS_STAGE)
        return;
    address->problem = is_stage_name(book, segment)
                           ? "several APIs have a stage of that name: put the API's id before it"
                           : "there is no stage, API id or API name like the path's first segment";
}

/* LocalStack's form: what follows "/_aws/execute-api/" names API and stage. NULL if path isn't one.
 */
static const char *after_localstack_prefix(const char *path)
{
    char segment[SEGMENT_SIZE_MAX + 1];

    if (!next_segment(&path, segment) || strcmp(segment, "_aws") != 0)
        return NULL;
    if (!next_segment(&path, segment) || strcmp(segment, "execute-api") != 0)
        return NULL;
    return path;
}

/*
 * "{apiId}.execute-api.{region}…" to its API id. AWS: such a host is what events carry as
 * domainName; its port would be 443, but one that a client needed to get here (on a name that
 * resolves to this machine) is kept.
 */
static bool take_api_from_host(const char *host, char api[SEGMENT_SIZE_MAX + 1],
                               struct address *address)
{
    size_t label = host ? strcspn(host, ".:") : 0;
    size_t size  = host ? strlen(host) : 0;
    const char *port;

    if (label == 0 || label > SEGMENT_SIZE_MAX || size >= ADDRESS_DOMAIN_SIZE ||
        strncasecmp(host + label, ".execute-api.", 13) != 0)
        return false;
    snprintf(api, SEGMENT_SIZE_MAX + 1, "%.*s", (int)label, host);
    port = strchr(host, ':');
    if (port && strstr(host, ".amazonaws.com"))
        size = (size_t)(port - host);
    snprintf(address->domain, sizeof address->domain, "%.*s", (int)size, host);
    return true;
}

/* AWS: /ping and /sping at the root of a custom domain are reserved for health checks. */
static bool is_health_check(const char *key, const char *rest)
{
    rest += strspn(rest, "/");
    return (strcmp(key, "ping") == 0 || strcmp(key, "sping") == 0) && strchr("?#", *rest);
}

/*
 * AWS (observed): the path at a custom domain has no stage in it; one that has is unmapped. Events
 * carry the host that the client used. AWS?: with its port, where it isn't that of https.
 */
static void resolve_in_domain(const struct custom_domain *domain, const char *host,
                              const char *path, struct address *address)
{
    const char *rest = path;
    char key[SEGMENT_SIZE_MAX + 1];
    struct live_stage *stage = NULL;

    address->kind    = ADDRESS_UNMAPPED;
    address->problem = "the custom domain has no API mapping for the path's first segment";
    if (strlen(host) < sizeof address->domain)
        snprintf(address->domain, sizeof address->domain, "%s", host);
    if (next_segment(&rest, key) && strcmp(key, "@connections") != 0) {
        stage = custom_domain_stage(domain, key);
        if (is_health_check(key, rest)) {
            address->kind    = ADDRESS_HEALTH;
            address->problem = "/ping and /sping of a custom domain are AWS's own health checks";
            return;
        }
    } else {
        stage = custom_domain_stage(domain, "");
        rest  = path;
    }
    if (stage && is_served(stage))
        set_stage(address, stage, rest);
}

/* AWS?: the answer where the default endpoint is disabled is that of an unknown stage. Paths on
 * localhost are nobody's default endpoint. */
static void resolve_by_aws_host(const struct address_book *book, const char *api,
                                const char *target, struct address *address)
{
    resolve_in_api(book, api, target, address);
    if (address->kind != ADDRESS_STAGE || !address->stage->snapshot->is_endpoint_disabled)
        return;
    address->kind    = ADDRESS_UNKNOWN;
    address->stage   = NULL;
    address->rest    = target;
    address->problem = "the API has \"disableExecuteApiEndpoint\": use its custom domain name";
}

void address_resolve(const struct address_book *book, const char *host, const char *target,
                     struct address *address)
{
    const struct custom_domain *domain = custom_domain_find(book->domains, host);
    const char *localstack             = after_localstack_prefix(target);
    char api[SEGMENT_SIZE_MAX + 1];

    *address = (struct address){.kind = ADDRESS_UNKNOWN, .rest = target, .problem = ""};
    if (domain) {
        resolve_in_domain(domain, host, target, address);
    } else if (localstack) {
        address->problem = "the path is not /_aws/execute-api/{apiId}/{stage} of a known stage";
        if (next_segment(&localstack, api))
            resolve_in_api(book, api, localstack, address);
    } else if (take_api_from_host(host, api, address)) {
        resolve_by_aws_host(book, api, target, address);
    } else {
        resolve_by_path(book, target, address);
    }
}

bool address_is_whole(const struct address *address)
{
    const char *rest = address->rest + strspn(address->rest, "/");

    return *rest == '\0' || *rest == '?' || *rest == '#';
}
