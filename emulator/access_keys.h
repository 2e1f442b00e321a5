#pragma once

/* The key pairs that requests may be signed with. */

struct name_values;

/*
 * Puts secrets by access key: those of pairs ("ID=SECRET", ending in NULL; NULL: none), the
 * environment's, and where it has none those that handlers and commands are given.
 */
void access_keys_collect(struct name_values *keys, char *const *pairs);
