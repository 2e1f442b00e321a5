#include "project/problems.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void problems_add(struct problems *problems, bool is_warning, const char *file, unsigned line,
                  const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    problems->items =
        memory_resize(problems->items, (problems->count + 1) * sizeof *problems->items);
    problems->items[problems->count++] = (struct problem){
        .file       = memory_copy_string(file),
        .line       = line,
        .message    = text_take(&message),
        .is_warning = is_warning,
    };
    problems->errors += is_warning ? 0 : 1;
}

/* A problem on its way to its place. */
struct ranked {
    struct problem problem;
    size_t rank; /* as it was added: qsort() isn't stable by itself */
};

static int compare(const void *a, const void *b)
{
    const struct ranked *first  = a;
    const struct ranked *second = b;
    int files                   = strcmp(first->problem.file, second->problem.file);

    if (files != 0)
        return files;
    if (first->problem.line != second->problem.line)
        return first->problem.line > second->problem.line ? 1 : -1;
    return first->rank > second->rank ? 1 : -1;
}

void problems_sort(struct problems *problems)
{
    SCOPED_MEMORY struct ranked *all = memory_new((problems->count + 1) * sizeof *all);

    for (size_t i = 0; i < problems->count; i++)
        all[i] = (struct ranked){problems->items[i], i};
    qsort(all, problems->count, sizeof *all, compare);
    for (size_t i = 0; i < problems->count; i++)
        problems->items[i] = all[i].problem;
}

void problems_deinit(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].file);
        free(problems->items[i].message);
    }
    free(problems->items);
    *problems = (struct problems){0};
}
