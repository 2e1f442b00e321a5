#include "json/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct json *build_value(struct arena *arena, enum json_kind kind, const struct json *where)
{
    struct json *value = arena_new(arena, sizeof *value);

    value->kind   = kind;
    value->line   = where ? where->line : 0;
    value->column = where ? where->column : 0;
    return value;
}

struct json *build_string(struct arena *arena, const char *string, size_t size,
                          const struct json *where)
{
    struct json *value = build_value(arena, JSON_STRING, where);

    value->string = arena_copy(arena, string, size);
    value->size   = size;
    return value;
}

struct json *build_number(struct arena *arena, double number, const struct json *where)
{
    struct json *value = build_value(arena, JSON_NUMBER, where);

    value->string = arena_format(arena, "%.17g", number);
    value->size   = strlen(value->string);
    value->number = number;
    return value;
}

struct json *build_boolean(struct arena *arena, bool boolean, const struct json *where)
{
    struct json *value = build_value(arena, JSON_BOOLEAN, where);

    value->boolean = boolean;
    return value;
}

struct json *build_copy(struct arena *arena, const struct json *value)
{
    struct json *copy = arena_new(arena, sizeof *copy);

    *copy      = *value;
    copy->name = NULL;
    copy->next = NULL;
    return copy;
}

void build_add(struct json *container, const char *name, struct json *child)
{
    child->name = name;
    if (container->last)
        container->last->next = child;
    else
        container->first = child;
    container->last = child;
    container->count++;
}

struct json *build_container(struct arena *arena, struct json *object, const char *name,
                             enum json_kind kind, const struct json *where)
{
    for (struct json *member = object->first; member; member = member->next) {
        if (strcmp(member->name, name) == 0)
            return member;
    }
    build_add(object, name, build_value(arena, kind, where));
    return object->last;
}

static int compare_names(const void *a, const void *b)
{
    const struct json *first  = *(const struct json *const *)a;
    const struct json *second = *(const struct json *const *)b;
    int order                 = strcmp(first->name, second->name);

    if (order != 0)
        return order;
    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    return first->column < second->column ? -1 : first->column > second->column;
}

const struct json *build_find_twin(struct arena *arena, const struct json *object,
                                   const struct json **first)
{
    const struct json **members;
    size_t count = 0;

    if (object->count < 2)
        return NULL;
    members = arena_new(arena, object->count * sizeof(struct json *));
    for (const struct json *member = object->first; member; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof(struct json *), compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1]->name, members[i]->name) != 0)
            continue;
        *first = members[i - 1];
        return members[i];
    }
    return NULL;
}
