#pragma once

/*
 * The small projects that `postern init` writes, embedded in the binary: cli/init/RUNTIME/, and for
 * SAM the code of that with cli/init/sam/ and cli/init/sam-RUNTIME/.
 */

#include <stdbool.h>

struct text;

/*
 * Writes the project of runtime ("nodejs", "python", "custom"), described by a template of SAM or a
 * postern.json, into folder, which is made if it
 * isn't there. Nothing is overwritten: if any of its files exists, none is written. Appends the
 * paths written to out, what is wrong to errors, a line each. Returns 0 or a negative errno.
 */
int init_write(const char *folder, const char *runtime, bool is_sam, struct text *out,
               struct text *errors);
