#pragma once

/* Whether bytes are UTF-8, as RFC 6455 demands of text messages. */

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_valid(const char *data, size_t size);
