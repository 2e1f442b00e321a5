#pragma once

/* AWS::Serverless::WebSocketApi: one resource that stands for an API with all its parts. */

struct json;
struct sam;

/* Adds what the resource with these properties, globals included, stands for to resources. */
void sam_websocket_expand(const struct sam *sam, const struct json *resource,
                          const struct json *properties, struct json *resources);
