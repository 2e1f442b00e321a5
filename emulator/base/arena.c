#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The first block serves nearly every request; each later one is twice as large, up to a bound.
 * Larger pieces get a block of their own. */
#define ARENA_BLOCK_SIZE     2048
#define ARENA_BLOCK_SIZE_MAX 65536

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    struct arena_block *block = memory_new(sizeof *block + size);

    block->size   = size;
    block->next   = arena->blocks;
    arena->blocks = block;
    return block;
}

static size_t next_block_size(const struct arena *arena)
{
    size_t size = arena->blocks ? 2 * arena->blocks->size : ARENA_BLOCK_SIZE;

    return size < ARENA_BLOCK_SIZE_MAX ? size : ARENA_BLOCK_SIZE_MAX;
}

void *arena_new(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    size_t aligned            = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    size_t next;

    if (!block || block->size - block->used < aligned) {
        next  = next_block_size(arena);
        block = add_block(arena, aligned > next ? aligned : next);
    }
    block->used += aligned;
    return block->bytes + block->used - aligned;
}

char *arena_copy(struct arena *arena, const void *data, size_t size)
{
    char *copy = arena_new(arena, size + 1);

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

char *arena_copy_string(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string));
}

/* Most strings fit into what is left of the block: they are written there, then taken. */
char *arena_format(struct arena *arena, const char *format, ...)
{
    struct arena_block *block = arena->blocks;
    size_t left               = block ? block->size - block->used : 0;
    va_list arguments;
    char *string;
    int size;

    va_start(arguments, format);
    size = vsnprintf(left > 0 ? block->bytes + block->used : NULL, left, format, arguments);
    va_end(arguments);
    string = arena_new(arena, (size_t)size + 1);
    if ((size_t)size < left)
        return string;
    va_start(arguments, format);
    vsnprintf(string, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return string;
}

void arena_deinit(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
}
