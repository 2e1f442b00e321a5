/* Lists, arrays, and what keySet(), values() and entrySet() give. */

#include "base/memory.h"
#include "template/method.h"
#include "template/run.h"

static struct list *list_of(const struct call *call)
{
    return call->on.list;
}

/* Arrays can't grow. */
static bool can_grow(const struct call *call)
{
    return list_of(call)->flavour == LIST_PLAIN || list_of(call)->flavour == LIST_JSON;
}

static bool has_places(const struct call *call)
{
    return list_of(call)->flavour != LIST_COLLECTION;
}

/* False, after failing the run, if the index is beyond last. */
static bool check_index(const struct call *call, long index, size_t last)
{
    if (index >= 0 && (size_t)index <= last)
        return true;
    return run_fail(call->run, "index %ld is outside a list of %zu", index, list_of(call)->count);
}

/* An index of an element. */
static bool find_index(const struct call *call, long *index)
{
    size_t count = list_of(call)->count;

    if (!has_places(call) || !argument_integer(call, 0, index))
        return false;
    if (count == 0)
        return run_fail(call->run, "index %ld is outside an empty list", *index);
    return check_index(call, *index, count - 1);
}

static struct value add(const struct call *call)
{
    long index;

    if (!can_grow(call))
        return value_null();
    if (call->count == 1) {
        list_add(call->run, list_of(call), call->arguments[0]);
        return value_boolean(true);
    }
    if (argument_integer(call, 0, &index) && check_index(call, index, list_of(call)->count))
        list_insert(call->run, list_of(call), (size_t)index, call->arguments[1]);
    return value_null();
}

static struct value add_all(const struct call *call)
{
    struct value other = call->arguments[0];
    size_t count       = other.kind == VALUE_LIST ? other.list->count : 0;

    if (!can_grow(call) || other.kind != VALUE_LIST)
        return value_null();
    for (size_t i = 0; i < count; i++)
        list_add(call->run, list_of(call), other.list->items[i]);
    return value_boolean(count > 0);
}

static struct value clear(const struct call *call)
{
    if (can_grow(call))
        list_of(call)->count = 0;
    return value_null();
}

static size_t find(const struct call *call)
{
    return list_find(call->run, list_of(call), call->arguments[0]);
}

static struct value contains(const struct call *call)
{
    return value_boolean(find(call) < list_of(call)->count);
}

static struct value contains_all(const struct call *call)
{
    struct value other = call->arguments[0];

    if (other.kind != VALUE_LIST)
        return value_null();
    for (size_t i = 0; i < other.list->count; i++) {
        if (list_find(call->run, list_of(call), other.list->items[i]) == list_of(call)->count)
            return value_boolean(false);
    }
    return value_boolean(true);
}

static struct value get(const struct call *call)
{
    long index;

    return find_index(call, &index) ? list_of(call)->items[index] : value_null();
}

static struct value index_of(const struct call *call)
{
    size_t index = has_places(call) ? find(call) : 0;

    if (!has_places(call))
        return value_null();
    return value_integer(index < list_of(call)->count ? (int32_t)index : -1);
}

static struct value last_index_of(const struct call *call)
{
    size_t index = list_of(call)->count;

    if (!has_places(call))
        return value_null();
    while (index > 0 && !call->run->has_failed) {
        index--;
        if (value_equals(call->run, list_of(call)->items[index], call->arguments[0]))
            return value_integer((int32_t)index);
    }
    return value_integer(-1);
}

static struct value is_empty(const struct call *call)
{
    return value_boolean(list_of(call)->count == 0);
}

/* A copy of some elements. */
static struct list *copy(const struct call *call, enum list_flavour flavour, size_t begin,
                         size_t end)
{
    struct list *list = list_new(call->run, flavour, end - begin);

    for (size_t i = begin; list && i < end; i++)
        list_add(call->run, list, list_of(call)->items[i]);
    return list;
}

static struct value iterator(const struct call *call)
{
    struct list *list = copy(call, LIST_PLAIN, 0, list_of(call)->count);

    return list ? (struct value){.kind = VALUE_ITERATOR, .list = list} : value_null();
}

/* By index if it is an Integer, otherwise the first equal one. */
static struct value remove_element(const struct call *call)
{
    struct value removed;
    long index;
    size_t place;

    if (!can_grow(call))
        return value_null();
    if (call->arguments[0].kind == VALUE_INTEGER) {
        if (!find_index(call, &index))
            return value_null();
        removed = list_of(call)->items[index];
        list_remove(call->run, list_of(call), (size_t)index);
        return removed;
    }
    place = find(call);
    if (place == list_of(call)->count)
        return value_boolean(false);
    list_remove(call->run, list_of(call), place);
    return value_boolean(true);
}

/* Keeps or drops what is in the other one. */
static struct value filter(const struct call *call, bool keeps)
{
    struct value other = call->arguments[0];
    struct list *list  = list_of(call);
    size_t kept        = 0;
    size_t count       = list->count;

    if (!can_grow(call) || other.kind != VALUE_LIST)
        return value_null();
    for (size_t i = 0; i < count; i++) {
        bool is_in = list_find(call->run, other.list, list->items[i]) < other.list->count;

        if (is_in == keeps)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
    return value_boolean(kept < count);
}

static struct value remove_all(const struct call *call)
{
    return filter(call, false);
}

static struct value retain_all(const struct call *call)
{
    return filter(call, true);
}

static struct value set(const struct call *call)
{
    struct value previous;
    long index;

    if (!find_index(call, &index))
        return value_null();
    previous                    = list_of(call)->items[index];
    list_of(call)->items[index] = call->arguments[1];
    return previous;
}

static struct value size(const struct call *call)
{
    return value_integer((int32_t)list_of(call)->count);
}

static struct value sub_list(const struct call *call)
{
    struct list *list;
    long begin;
    long end;

    if (!can_grow(call) || !argument_integer(call, 0, &begin) || !argument_integer(call, 1, &end))
        return value_null();
    if (begin < 0 || begin > end || (size_t)end > list_of(call)->count) {
        run_fail(call->run, "subList: from %ld to %ld is outside a list of %zu", begin, end,
                 list_of(call)->count);
        return value_null();
    }
    list = copy(call, LIST_PLAIN, (size_t)begin, (size_t)end);
    return list ? value_list(list) : value_null();
}

static struct value to_array(const struct call *call)
{
    struct list *list = copy(call, LIST_ARRAY, 0, list_of(call)->count);

    return list ? value_list(list) : value_null();
}

static const struct method methods[] = {
    {"add",         1, 2, add           },
    {"addAll",      1, 1, add_all       },
    {"clear",       0, 0, clear         },
    {"contains",    1, 1, contains      },
    {"containsAll", 1, 1, contains_all  },
    {"get",         1, 1, get           },
    {"indexOf",     1, 1, index_of      },
    {"isEmpty",     0, 0, is_empty      },
    {"iterator",    0, 0, iterator      },
    {"lastIndexOf", 1, 1, last_index_of },
    {"remove",      1, 1, remove_element},
    {"removeAll",   1, 1, remove_all    },
    {"retainAll",   1, 1, retain_all    },
    {"set",         2, 2, set           },
    {"size",        0, 0, size          },
    {"subList",     2, 2, sub_list      },
    {"toArray",     0, 0, to_array      },
};

const struct method_table methods_of_lists = {methods, ARRAY_SIZE(methods)};
