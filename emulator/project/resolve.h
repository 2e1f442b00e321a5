#pragma once

/* What a registry resolves to, as text for people: `postern check` and the banner. */

struct api;
struct registry;
struct stage;
struct text;

/*
 * Appends the path that selects the stage: "/dev", or "/chat000001/dev" where another API has a
 * stage of that name.
 */
void resolve_stage_path(const struct registry *registry, const struct api *api,
                        const struct stage *stage, struct text *out);

/*
 * Appends APIs, stages, routes with their handlers, in columns. With http ("localhost:3001") each
 * stage has its URLs; NULL: without.
 */
void resolve_print(const struct registry *registry, const char *http, struct text *out);
