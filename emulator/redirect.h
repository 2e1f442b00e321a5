#pragma once

/*
 * What handlers are told about hosts that the emulator answers for, so that code
 * with a hard-coded https://{apiId}.execute-api.{region}.amazonaws.com/{stage} reaches it.
 */

#include <stdbool.h>
#include <stdint.h>

struct name_values;
struct registry;

/*
 * Puts POSTERN_REDIRECT_TO for a port on a host, with the registry's custom domain names; nothing
 * where the caller's POSTERN_REDIRECT is "off". True if that differs from what was there.
 */
bool redirect_put(struct name_values *environment, const char *host, uint16_t port,
                  const struct registry *registry);
