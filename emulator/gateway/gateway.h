#pragma once

/*
 * The gateway: what API Gateway does between a client and its handlers. Owns the live connections,
 * the handshakes under way and the snapshots that serve traffic. Reads no configuration, no files
 * and no database.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alarms;
struct arrival;
struct call;
struct connection;
struct connection_row;
struct gateway;
struct http_agent;
struct http_target;
struct lambda;
struct loop;
struct name_values;
struct plain_answers;
struct registry;
struct sigv4_session;
struct store;

struct gateway_settings {
    struct loop *loop;
    struct alarms *alarms;
    struct lambda *lambda;
    struct store *store;
    struct plain_answers *answers;
    const char *domain; /* what events carry as domainName, "localhost:3001" */
    const char *region;
    const char *account;

    /* Secrets by access key, borrowed; whether requests are to be signed with one of them. */
    const struct name_values *access_keys;
    bool verify_signatures;
    const struct sigv4_session *session; /* whose token those of its key must have; NULL: none */
    int64_t idle_timeout_milliseconds;
    int64_t max_duration_milliseconds;
    struct http_agent *agent; /* for integrations that are HTTP */
    const struct name_values
        *variables; /* the caller's environment, borrowed: AWS_ENDPOINT_URL_… */
    bool relaxed;   /* --limits relaxed: AWS's quotas are not enforced */
};

/* NULL after logging why. */
struct gateway *gateway_new(const struct gateway_settings *settings);

/* All connections must be gone (gateway_stop()) or are dropped without $disconnect. */
void gateway_free(struct gateway *gateway);

/*
 * Deploys the registry's APIs: connections take the new snapshot with their next message, what runs
 * keeps the old one. The registry isn't kept.
 */
void gateway_deploy(struct gateway *gateway, const struct registry *registry);

/* The public port's name in URLs and events, once it is known. */
void gateway_set_domain(struct gateway *gateway, const char *domain);

/* Takes an upgrade request. */
void gateway_accept(struct gateway *gateway, struct arrival *arrival);

/* Fills target for any HTTP request that nobody else has claimed: @connections, or AWS's refusal.
 */
void gateway_resolve(struct gateway *gateway, struct call *call, struct http_target *target);

/* Delivers the $disconnect of a connection that an earlier process left open. */
void gateway_recover(struct gateway *gateway, const struct connection_row *row);

/*
 * Closes every connection with 1001. Their $disconnect handlers run; with stop, nothing new is
 * accepted any more.
 */
void gateway_close_all(struct gateway *gateway, bool stop);

/* API keys have used nothing of what their usage plans allow. */
void gateway_reset_usage(struct gateway *gateway);

/* Things still going on: handshakes, connections, $disconnect handlers. 0 after
 * gateway_close_all(…, true) is done. */
size_t gateway_busy_count(const struct gateway *gateway);

/* What a row of GET /_postern/connections shows. Strings are borrowed. Times in ms since 1970. */
struct connection_view {
    uint64_t number; /* in order of connecting, from 1, never used twice */
    const char *connection_id;
    const char *api_id;
    const char *stage;
    const char *source_ip;
    const char *user_agent; /* NULL: none */
    int64_t connected_at;
    int64_t last_active_at;
};

/* What a row of GET /_postern/stages shows. Strings are borrowed. */
struct stage_view {
    const char *api_id;
    const char *api_name;
    const char *stage;
    bool is_unique;     /* no other API has a stage of that name: its path needs no API */
    size_t connections; /* open ones */
};

/* Calls visit for each stage that is served, in the order of their first deployment. */
void gateway_each_stage(const struct gateway *gateway,
                        void (*visit)(void *owner, const struct stage_view *view), void *owner);

size_t gateway_connection_count(const struct gateway *gateway);
size_t gateway_api_count(const struct gateway *gateway);

/*
 * Calls visit for open connections in order of connecting, of that API and stage (NULL: any), of
 * those whose number is higher than after (0: of all), until it returns false. It doesn't matter
 * whether the connection of that number is still open.
 */
void gateway_each_connection(const struct gateway *gateway, const char *api_id, const char *stage,
                             uint64_t after,
                             bool (*visit)(void *owner, const struct connection_view *view),
                             void *owner);
