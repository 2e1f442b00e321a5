#pragma once

/* Functions whose code is a text of the project: the file that it becomes, in a folder of its own.
 */

struct function;

/* Below the runtime folder: what is made of code and archives, a folder for each content. */
#define INLINE_CODE_FOLDER "code"

/* The name of the function's folder in there. The caller frees it. */
char *inline_code_name(const struct function *function);

/* The name of that file: "index.js". */
const char *inline_code_file(const struct function *function);

/*
 * Writes the file below directory, and makes its folder, whose name changes with the code, the
 * function's code_uri. Returns 0, or a negative errno after logging why.
 */
int inline_code_write(struct function *function, const char *directory);
