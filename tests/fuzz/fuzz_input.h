#pragma once

/* What the fuzz targets share: pieces of their input. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy with nothing behind it, so that the sanitizer sees any look beyond it. Freed by the
 * caller. */
static inline char *fuzz_copy(const void *data, size_t size)
{
    char *copy = malloc(size ? size : 1);

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* What is left of an input. */
struct fuzz_input {
    const char *data;
    size_t size;
};

/* Takes what stands before the separator, or everything, as a string. Freed by the caller. */
static inline char *fuzz_take(struct fuzz_input *input, char separator)
{
    const char *end = input->size > 0 ? memchr(input->data, separator, input->size) : NULL;
    size_t size     = end ? (size_t)(end - input->data) : input->size;
    char *string    = memory_copy(input->data, size);

    input->data += size + (end ? 1 : 0);
    input->size -= size + (end ? 1 : 0);
    return string;
}
