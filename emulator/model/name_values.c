#include "model/name_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

static struct name_value *find_item(const struct name_values *values, const char *name)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->items[i].name, name) == 0)
            return &values->items[i];
    }
    return NULL;
}

void name_values_put(struct name_values *values, const char *name, const char *value)
{
    struct name_value *item = find_item(values, name);

    if (item) {
        char *replaced = item->value;

        item->value = memory_copy_string(value);
        free(replaced);
        return;
    }
    values->items = memory_resize(values->items, (values->count + 1) * sizeof *values->items);
    values->items[values->count++] =
        (struct name_value){memory_copy_string(name), memory_copy_string(value)};
}

void name_values_put_default(struct name_values *values, const char *name, const char *value)
{
    if (!find_item(values, name))
        name_values_put(values, name, value);
}

void name_values_put_variables(struct name_values *values, const char *const *variables,
                               bool (*is_wanted)(const char *variable))
{
    for (; *variables; variables++) {
        const char *equals       = strchr(*variables, '=');
        SCOPED_MEMORY char *name = NULL;

        if (!equals || equals == *variables || (is_wanted && !is_wanted(*variables)))
            continue;
        name = memory_copy(*variables, (size_t)(equals - *variables));
        name_values_put(values, name, equals + 1);
    }
}

const char *name_values_find(const struct name_values *values, const char *name)
{
    const struct name_value *item = find_item(values, name);

    return item ? item->value : NULL;
}

const char *const *name_values_list(const struct name_values *values, struct arena *arena)
{
    const char **list = arena_new(arena, (values->count + 1) * sizeof *list);

    for (size_t i = 0; i < values->count; i++)
        list[i] = arena_format(arena, "%s=%s", values->items[i].name, values->items[i].value);
    return list;
}

void name_values_copy(struct name_values *to, const struct name_values *from)
{
    *to = (struct name_values){0};
    for (size_t i = 0; i < from->count; i++)
        name_values_put(to, from->items[i].name, from->items[i].value);
}

bool name_values_equal(const struct name_values *a, const struct name_values *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const char *other = name_values_find(b, a->items[i].name);

        if (!other || strcmp(a->items[i].value, other) != 0)
            return false;
    }
    return true;
}

void name_values_deinit(struct name_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->items[i].name);
        free(values->items[i].value);
    }
    free(values->items);
    *values = (struct name_values){0};
}
