#pragma once

/* Base64 with padding, as RFC 4648 has it. */

#include <stdbool.h>
#include <stddef.h>

struct text;

void base64_append(struct text *out, const void *data, size_t size);

/* Appends the bytes that a whole text of base64 stands for; line breaks count for nothing. False if
 * it is malformed: what was appended until then stays. */
bool base64_append_decoded(struct text *out, const char *data, size_t size);
