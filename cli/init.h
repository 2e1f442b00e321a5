#pragma once

/* The small projects that `postern init` writes: cli/init/RUNTIME/, embedded in the binary. */

struct text;

/*
 * Writes the project of runtime ("nodejs", "python", "custom") into folder, which is made if it
 * isn't there. Nothing is overwritten: if any of its files exists, none is written. Appends the
 * paths written to out, what is wrong to errors, a line each. Returns 0 or a negative errno.
 */
int init_write(const char *folder, const char *runtime, struct text *out, struct text *errors);
