#pragma once

/*
 * What lives for one request or one message: allocated piece by piece, freed at once. A zeroed
 * arena is ready for use and owns nothing until the first allocation.
 */

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
};

/* size zeroed bytes, aligned for any type, valid until arena_deinit(). */
void *arena_new(struct arena *arena, size_t size);

/* A copy of size bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_copy_string(struct arena *arena, const char *string);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena can be used again. */
void arena_deinit(struct arena *arena);
