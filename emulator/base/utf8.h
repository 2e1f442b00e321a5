#pragma once

/* Whether bytes are UTF-8, as texts of WebSocket and JSON must be. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *data, size_t size);

/* Decodes the character at data. Returns its size, or 0 if there is no whole well-formed one. */
size_t utf8_decode(const char *data, size_t size, uint32_t *code_point);
