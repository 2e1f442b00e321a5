#pragma once

/* Which stages the running emulator serves: asks it (GET /_postern/stages). */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct text;
struct transport_settings;

struct stages_item {
    const char *api_id;
    const char *name; /* the API's */
    const char *stage;
    const char *ws; /* the URL to connect to */
};

struct stages {
    struct arena arena; /* what everything below lives in */
    struct stages_item *items;
    size_t count;
};

/* endpoint is the emulator's URL. False if it doesn't answer; error then says why. The caller
 * releases stages in either case. */
bool stages_ask(const char *endpoint, const struct transport_settings *settings,
                struct stages *stages, struct text *error);

/* Reads an answer's body. False if it is none of that kind. */
bool stages_read(const char *data, size_t size, struct stages *stages);
void stages_deinit(struct stages *stages);

/* True if one of the path's segments is the name of one of the stages. */
bool stages_has_any(const struct stages *stages, const char *path);

/* Appends a line for each: its URL and its API. */
void stages_list(const struct stages *stages, struct text *out);
