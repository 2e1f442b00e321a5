#pragma once

/*
 * Memory that cannot fail: running out of it ends the process with a message. Whoever lets bytes in
 * bounds their number; nobody checks for NULL. Release with free().
 */

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* A zeroed object of the given type. */
#define NEW(type) ((type *)memory_new(sizeof(type)))

/* A local that is freed at the end of its block, unless memory_take() has moved it out. */
#define SCOPED_MEMORY __attribute__((cleanup(memory_free_scoped)))

/* size zeroed bytes. */
void *memory_new(size_t size);

/* Like realloc. */
void *memory_resize(void *memory, size_t size);

/* A copy of size bytes with a NUL behind them. */
char *memory_copy(const void *data, size_t size);

/* A copy of a string; NULL for NULL. */
char *memory_copy_string(const char *string);

/* A string made as printf makes it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Moves a SCOPED_MEMORY local out: char *kept = memory_take(&local). */
#define memory_take(pointer)                                                                       \
    ({                                                                                             \
        __auto_type taken_ = *(pointer);                                                           \
        *(pointer)         = NULL;                                                                 \
        taken_;                                                                                    \
    })

/* Bytes that the process has allocated and not freed, by whomever; walks malloc's free lists. 0
 * under a sanitizer, which has an allocator of its own. */
size_t memory_allocated(void);

void memory_free_scoped(void *pointer_to_pointer);
