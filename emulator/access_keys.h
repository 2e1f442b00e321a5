#pragma once

/* The key pairs that requests may be signed with. */

#include <stdbool.h>

struct name_values;
struct sigv4_session;

/*
 * Puts secrets by access key: those of pairs ("ID=SECRET", ending in NULL; NULL: none), the
 * environment's, and where it has none those that handlers and commands are given.
 */
void access_keys_collect(struct name_values *keys, char *const *pairs);

/*
 * Whether the caller's environment (variables, borrowed) has temporary credentials that no pair
 * replaces: AWS_SESSION_TOKEN, with AWS_CREDENTIAL_EXPIRATION as `aws configure export-credentials`
 * writes it where it is known.
 */
bool access_keys_find_session(const struct name_values *variables, char *const *pairs,
                              struct sigv4_session *session);
