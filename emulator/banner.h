#pragma once

/* What people and scripts are told once the emulator serves: the banner, the ready file, a
 * command's environment. */

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct project;
struct registry;

/* Writes the banner (not if is_quiet) and "Ready." to descriptor. */
void banner_write(int descriptor, const struct project *project, const struct registry *registry,
                  uint16_t port, bool is_quiet);

/* Writes path atomically: {"pid","port","http","ws","apis":[…]}. Returns 0 or a negative errno
 * after logging why. */
int banner_write_ready_file(const char *path, const struct registry *registry, uint16_t port);

/*
 * The environment of `run`'s command: the caller's, and what points its SDKs at us. "NAME=value",
 * ending in NULL; all of it lives in arena.
 */
const char *const *banner_environment(struct arena *arena, const struct registry *registry,
                                      uint16_t port, const char *region, const char *ca_file,
                                      const char *bundle_file);
