#pragma once

/*
 * The rows of the table connections: one for each connection ever accepted. The row holds all that
 * a $disconnect event needs, since that may be delivered by the next process.
 */

#include <stdint.h>

#include "store/store.h"

/* Strings are copied when a row is queued. Times in ms since 1970. */
struct connection_row {
    const char *connection_id;
    const char *api_id;
    const char *stage;
    int64_t connected_at;
    int64_t last_active_at;
    const char *source_ip;
    const char *user_agent; /* NULL: the client sent none */
    const char *domain_name;
    const char *deployment_id;
    const char *authorizer; /* JSON of requestContext.authorizer; NULL: none ran */
    const char *identity;   /* JSON object of what identity has of API key and signer; NULL: none */

    int64_t disconnected_at; /* 0: open */
    int disconnect_status_code;
    const char *disconnect_reason;
};

/* Queues a new row; waiter (may be NULL) is called when it is committed. */
void store_connection_put(struct store *store, const struct connection_row *row,
                          struct store_waiter *waiter);

/* Queues that the connection was active at that time. */
void store_connection_touch(struct store *store, const char *connection_id, int64_t last_active_at);

/* Queues that it is closed; its $disconnect is still to be delivered. */
void store_connection_close(struct store *store, const char *connection_id, int64_t at, int code,
                            const char *reason);

/* Queues that its $disconnect event was delivered (or that there is nobody to deliver it to). */
void store_connection_delivered(struct store *store, const char *connection_id);

/*
 * Calls visit for each row left by an earlier process whose $disconnect is undelivered, those that
 * were open marked closed first (1006, "", disconnected now). To be called once, before the loop
 * runs. Returns their number or a negative errno.
 */
int store_connection_recover(struct store *store, int64_t now,
                             void (*visit)(void *owner, const struct connection_row *row),
                             void *owner);
