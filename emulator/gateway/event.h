#pragma once

/*
 * The JSON that handlers see: CONNECT, MESSAGE and DISCONNECT events, with AWS's members, order,
 * casing and omissions. Events are assembled as strings.
 *
 * AWS: "Lambda proxy integrations for WebSocket APIs"; order and omissions observed in captured
 * events.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/id.h"

struct request_head;
struct text;

/* What the events of one connection have in common. Strings are borrowed. */
struct event_facts {
    const char *connection_id;
    const char *api_id;
    const char *stage;
    const char *domain_name;
    const char *source_ip;
    const char *user_agent;  /* NULL: the client sent none, and the member is left out */
    const char *authorizer;  /* JSON object of requestContext.authorizer; NULL: no authorizer ran */
    const char *credentials; /* JSON object of more members of identity, from event_write_…();
                              * NULL: none were asked for */
    int64_t connected_at;    /* ms since 1970 */
};

/* One event. Strings are borrowed. */
struct event {
    struct event_facts facts;
    const char *stage_variables; /* a JSON object; "" for none */
    int64_t now;                 /* ms since 1970 */
    char request_id[ID_SIZE];
};

/* Add to a JSON object (an empty text becomes one) what identity says of a client's API key, and of
 * who signed its request. */
void event_write_api_key(const char *value, const char *id, struct text *credentials);
void event_write_signer(const char *account, const char *access_key, struct text *credentials);

/*
 * Appends the event of a connection that asks to come in. trace_id is the value behind "Root=".
 */
void event_write_connect(const struct event *event, const struct request_head *head,
                         const char *trace_id, struct text *out);

/*
 * Appends the event of a REQUEST authorizer: that of the connection without what comes of it.
 *
 * AWS?: without a query or stage variables their members are empty objects.
 */
void event_write_authorizer(const struct event *event, const struct request_head *head,
                            const char *trace_id, const char *method_arn, struct text *out);

/* Appends requestContext.authorizer as a CONNECT event alone has it: with integrationLatency, in
 * milliseconds. authorizer is a JSON object with members. */
void event_write_latency(const char *authorizer, long long milliseconds, struct text *out);

/* Appends the event of a message; body is exactly what the client sent. */
void event_write_message(const struct event *event, const char *route_key, const char *message_id,
                         const char *body, size_t size, struct text *out);

/* Appends the event of a connection that has ended. */
void event_write_disconnect(const struct event *event, int status_code, const char *reason,
                            struct text *out);
