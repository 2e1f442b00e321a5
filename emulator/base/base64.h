#pragma once

/* Base64 with padding, as RFC 4648 has it. */

#include <stddef.h>

struct text;

void base64_append(struct text *out, const void *data, size_t size);
