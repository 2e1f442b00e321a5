#pragma once

/*
 * The Lambda Runtime API that handler processes speak, each at its own endpoint.
 *
 * AWS: "Using the Lambda runtime API for custom runtimes", version 2018-06-01.
 */

struct call;
struct http_target;

/* http_settings.resolve of the server; owner is the lambda. */
void runtime_api_resolve(void *owner, struct call *call, struct http_target *target);
