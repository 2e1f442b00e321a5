#include "base/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory, size_t size)
{
    if (memory)
        return memory;
    fprintf(stderr, "postern: out of memory (%zu bytes wanted)\n", size);
    abort();
}

void *memory_new(size_t size)
{
    return checked(calloc(1, size ? size : 1), size);
}

void *memory_resize(void *memory, size_t size)
{
    return checked(realloc(memory, size ? size : 1), size);
}

char *memory_copy(const void *data, size_t size)
{
    char *copy = checked(malloc(size + 1), size + 1);

    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

char *memory_copy_string(const char *string)
{
    return string ? memory_copy(string, strlen(string)) : NULL;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    char *string = NULL;

    va_start(arguments, format);
    if (vasprintf(&string, format, arguments) < 0)
        string = NULL;
    va_end(arguments);
    return checked(string, strlen(format));
}

size_t memory_allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

void memory_free_scoped(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
