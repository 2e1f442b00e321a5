#pragma once

/* What is said of a function's name that nobody knows. */

struct registry;
struct text;

/* Appends what the user may have meant: ": did you mean chat?", or ": there is chat, auth", or
 * nothing where there is no function at all. */
void function_proposal_append(const struct registry *registry, const char *wanted,
                              struct text *out);
