#include "cli/connect/lines.h"

#include <string.h>

void lines_deinit(struct lines *lines)
{
    text_deinit(&lines->kept);
    *lines = (struct lines){0};
}

char *lines_reserve(struct lines *lines, size_t size)
{
    if (lines->taken > 0) {
        lines->kept.size -= lines->taken;
        memmove(lines->kept.data, lines->kept.data + lines->taken, lines->kept.size);
        lines->taken = 0;
    }
    return text_reserve(&lines->kept, size);
}

void lines_grow(struct lines *lines, size_t size)
{
    text_grow(&lines->kept, size);
}

const char *lines_next(struct lines *lines, size_t *size)
{
    const char *line = text_string(&lines->kept) + lines->taken;
    const char *end  = memchr(line, '\n', lines->kept.size - lines->taken);

    if (!end)
        return NULL;
    *size = (size_t)(end - line);
    lines->taken += *size + 1;
    if (*size > 0 && line[*size - 1] == '\r')
        --*size;
    return line;
}

const char *lines_rest(struct lines *lines, size_t *size)
{
    const char *rest = text_string(&lines->kept) + lines->taken;

    *size        = lines->kept.size - lines->taken;
    lines->taken = lines->kept.size;
    return *size > 0 ? rest : NULL;
}

bool lines_is_too_long(const struct lines *lines)
{
    return lines->kept.size - lines->taken > LINES_SIZE_MAX;
}
