#pragma once

/* /_postern/…, /health and /_localstack/health: what tools ask the emulator about itself. */

#include <stdbool.h>
#include <stdint.h>

struct call;
struct gateway;
struct http_target;
struct lambda;
struct store;

struct admin {
    struct gateway *gateway;
    struct lambda *lambda;
    struct store *store;
    int64_t started_at; /* clock_microseconds() */
    bool any_host;      /* an explicit non-loopback --host: any Host header is accepted */
    bool is_stopping;   /* health answers 503 */
};

/*
 * Fills target if the request is for us, and refuses it there if its Host or Origin says that a
 * page in the user's browser sent it. False: not ours.
 */
bool admin_resolve(struct admin *admin, struct call *call, struct http_target *target);
