#include <string.h>

#include "template/run.h"
#include "template/value.h"

#define LIST_CAPACITY_MIN 4

struct list *list_new(struct mapping_run *run, enum list_flavour flavour, size_t capacity)
{
    struct list *list = run_allocate(run, sizeof *list);

    if (!list)
        return NULL;
    list->flavour = flavour;
    if (capacity > 0) {
        list->items    = run_allocate(run, capacity * sizeof *list->items);
        list->capacity = list->items ? capacity : 0;
    }
    return run->has_failed ? NULL : list;
}

static bool make_room(struct mapping_run *run, struct list *list)
{
    size_t capacity =
        list->capacity * 2 > LIST_CAPACITY_MIN ? list->capacity * 2 : LIST_CAPACITY_MIN;
    struct value *items;

    if (list->count < list->capacity)
        return true;
    items = run_allocate(run, capacity * sizeof *items);
    if (!items)
        return false;
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items    = items;
    list->capacity = capacity;
    return true;
}

bool list_insert(struct mapping_run *run, struct list *list, size_t index, struct value value)
{
    size_t behind = list->count - index;

    if (!run_count(run, 1 + behind / 64) || !make_room(run, list))
        return false;
    memmove(list->items + index + 1, list->items + index, behind * sizeof *list->items);
    list->items[index] = value;
    list->count++;
    return true;
}

bool list_add(struct mapping_run *run, struct list *list, struct value value)
{
    return list_insert(run, list, list->count, value);
}

void list_remove(struct mapping_run *run, struct list *list, size_t index)
{
    size_t behind = list->count - index - 1;

    run_count(run, 1 + behind / 64);
    memmove(list->items + index, list->items + index + 1, behind * sizeof *list->items);
    list->count--;
}

size_t list_find(struct mapping_run *run, const struct list *list, struct value value)
{
    for (size_t i = 0; i < list->count && !run->has_failed; i++) {
        if (value_equals(run, list->items[i], value))
            return i;
    }
    return list->count;
}
