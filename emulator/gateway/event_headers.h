#pragma once

/* The header and query maps of a CONNECT event. */

#include <stdbool.h>

struct request_head;
struct text;

/*
 * Appends `"headers":{…},"multiValueHeaders":{…}` of an upgrade request: sorted without regard to
 * case, names in the client's case, and the headers that the gateway adds.
 *
 * AWS (observed): everything but Connection, Upgrade and content-length; X-Forwarded-Port and
 * -Proto are always 443 and https.
 */
void event_write_headers(const struct request_head *head, const char *source_ip,
                         const char *trace_id, struct text *out);

/* Appends `"queryStringParameters":{…},"multiValueQueryStringParameters":{…},`; nothing where
 * target has no query. */
void event_write_query(const char *target, struct text *out);
