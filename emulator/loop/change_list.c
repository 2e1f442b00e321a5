#include "loop/change_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Where path stands; count if it doesn't. */
static size_t find(const struct change_list *list, const char *path)
{
    size_t at = 0;

    while (at < list->count && strcmp(list->paths[at], path) != 0)
        at++;
    return at;
}

void change_list_add(struct change_list *list, const char *path, bool is_new)
{
    size_t at = find(list, path);

    if (at < list->count)
        return;
    if (list->count == CHANGE_LIST_MAX) {
        list->is_everything = true;
        return;
    }
    list->paths[at]  = memory_copy_string(path);
    list->is_new[at] = is_new;
    list->count++;
}

void change_list_add_gone(struct change_list *list, const char *path)
{
    size_t at = find(list, path);

    if (at == list->count || !list->is_new[at]) {
        change_list_add(list, path, false);
        return;
    }
    free(list->paths[at]);
    list->count--;
    list->paths[at]  = list->paths[list->count];
    list->is_new[at] = list->is_new[list->count];
}

void change_list_deinit(struct change_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    *list = (struct change_list){0};
}
