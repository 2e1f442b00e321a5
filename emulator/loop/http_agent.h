#pragma once

/*
 * Makes HTTP exchanges on the loop, many at once, and keeps connections for later ones: libcurl's
 * multi interface on libuv. libcurl is loaded with the first exchange.
 */

struct http_agent;
struct http_exchange;
struct http_exchange_request;
struct loop;

/*
 * authorities is the path of a PEM file with the authorities to trust, which replaces the system's;
 * NULL: the system's. The caller frees the agent before the loop goes.
 */
struct http_agent *http_agent_new(struct loop *loop, const char *authorities);

/* Exchanges that are still under way are given up: their done isn't called any more. Not from
 * within a done. */
void http_agent_free(struct http_agent *agent);

/* For http_exchange.c: hands over a prepared exchange; gives up one that is under way. */
void http_agent_begin(struct http_agent *agent, struct http_exchange *exchange,
                      const struct http_exchange_request *request);
void http_agent_cancel(struct http_exchange *exchange);
