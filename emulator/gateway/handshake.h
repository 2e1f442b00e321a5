#pragma once

/*
 * A client that asks to come in, until it is in or refused.
 *
 * AWS: "Manage connected users and client apps: $connect and $disconnect routes".
 */

struct arrival;
struct gateway;

/* Takes an upgrade request: the handshake goes on by itself from here. */
void handshake_begin(struct gateway *gateway, struct arrival *arrival);

/* Answers all clients that still wait with 503; handlers that run are waited for. */
void handshakes_refuse(struct gateway *gateway);

/* Forgets all handshakes: only where the gateway itself goes. */
void handshakes_free(struct gateway *gateway);
