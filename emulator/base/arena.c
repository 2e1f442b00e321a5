#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The first block serves nearly every request; larger pieces get a block of their own. */
#define ARENA_BLOCK_SIZE 2048

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

void *arena_new(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    size_t aligned            = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);

    if (!block || block->size - block->used < aligned)
        block = add_block(arena, aligned > ARENA_BLOCK_SIZE ? aligned : ARENA_BLOCK_SIZE);
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

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *string;
    int size;

    va_start(arguments, format);
    va_copy(again, arguments);
    size   = vsnprintf(NULL, 0, format, arguments);
    string = arena_new(arena, (size_t)size + 1);
    vsnprintf(string, (size_t)size + 1, format, again);
    va_end(again);
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
