#pragma once

/*
 * Departures: the $disconnect events of connections that have ended. A bounded number of handlers
 * runs at once, the others wait here rather than in a function's queue, where they would time out.
 *
 * AWS: $disconnect is best effort there; here each accepted connection has its event delivered
 * once.
 */

struct connection;
struct gateway;

/* Puts a LEAVING connection in line. */
void departure_add(struct connection *connection);

/* Starts as many as may run. */
void departures_start(struct gateway *gateway);

/* Forgets a departure that runs: only where the gateway itself goes. */
void departure_cancel(struct connection *connection);
