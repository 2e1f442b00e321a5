#pragma once

/*
 * Which API and stage a request means, in all the forms of URL that clients use: by path, by AWS's
 * host name, by a custom domain name, by LocalStack's path. Looks at strings only.
 */

#include <stdbool.h>
#include <stddef.h>

struct custom_domains;
struct live_stage;

#define ADDRESS_DOMAIN_SIZE 256

enum address_kind {
    ADDRESS_STAGE,     /* stage is set */
    ADDRESS_ANY_STAGE, /* /@connections at the root: connection ids are unique in one emulator */
    ADDRESS_HEALTH,    /* AWS's own health check of a custom domain; problem for an upgrade */
    ADDRESS_UNMAPPED,  /* a custom domain without such a mapping: 404; problem says why */
    ADDRESS_UNKNOWN,   /* no such stage: 403; problem says why */
};

struct address {
    enum address_kind kind;
    struct live_stage *stage;
    const char *rest; /* what follows the stage in target: "", or it begins with '/', '?' or '@' */
    const char *problem;

    /* The host for events if it is one of AWS's or a custom domain; "" otherwise: then the
     * emulator's own domain counts. */
    char domain[ADDRESS_DOMAIN_SIZE];
};

/* What addresses can mean. Borrowed. */
struct address_book {
    struct live_stage *const *stages;
    size_t stage_count;
    const struct custom_domains *domains;
};

/* host is the Host header (NULL: none), target the raw request target. */
void address_resolve(const struct address_book *book, const char *host, const char *target,
                     struct address *address);

/* True if nothing but slashes (and a query) is left of target at rest. */
bool address_is_whole(const struct address *address);
