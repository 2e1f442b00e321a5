#pragma once

/* The header and query maps of a CONNECT event. */

#include <stdbool.h>

struct arena;
struct request_head;
struct text;

/* Whose event it is. */
enum event_of { EVENT_OF_CONNECT, EVENT_OF_AUTHORIZER };

/*
 * Appends `"headers":{…},"multiValueHeaders":{…}` of an upgrade request: sorted without regard to
 * case, names in the client's case, and the headers that the gateway adds.
 *
 * AWS (observed): everything but Connection, Upgrade and content-length, which an authorizer alone
 * is shown; X-Forwarded-Port and -Proto are always 443 and https.
 */
void event_write_headers(const struct request_head *head, const char *source_ip,
                         const char *trace_id, enum event_of whose, struct text *out);

/* X-Forwarded-For: what the client's says, and the client itself. The result is source_ip, or in
 * arena. */
const char *event_forwarded_for(struct arena *arena, const struct request_head *head,
                                const char *source_ip);

/* Appends `"queryStringParameters":{…},"multiValueQueryStringParameters":{…},`; where target has no
 * query nothing, and for an authorizer empty ones. */
void event_write_query(const char *target, enum event_of whose, struct text *out);
