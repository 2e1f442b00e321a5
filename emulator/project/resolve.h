#pragma once

/* What a registry resolves to, as text for people: `postern check` and the banner. */

struct registry;
struct text;

/*
 * Appends APIs, stages, routes with their handlers. With http ("localhost:3001") each stage has its
 * URLs; NULL: without.
 */
void resolve_print(const struct registry *registry, const char *http, struct text *out);
