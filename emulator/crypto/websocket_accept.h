#pragma once

/* What a server answers to a Sec-WebSocket-Key. RFC 6455, section 4.2.2. */

#define WEBSOCKET_ACCEPT_SIZE 29 /* with the NUL */

/* The base64 of the SHA-1 of key and RFC 6455's constant. */
void websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_SIZE]);
