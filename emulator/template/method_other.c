/* Entries of maps, iterators, $foreach and classes. */

#include "base/memory.h"
#include "template/method.h"
#include "template/property.h"
#include "template/run.h"

static struct value property(const struct call *call, const char *name)
{
    return property_get(call->run, call->on, value_literal(name));
}

static struct value get_count(const struct call *call)
{
    return property(call, "count");
}

static struct value get_index(const struct call *call)
{
    return property(call, "index");
}

static struct value get_key(const struct call *call)
{
    return property(call, "key");
}

static struct value get_name(const struct call *call)
{
    return property(call, "name");
}

static struct value get_parent(const struct call *call)
{
    return property(call, "parent");
}

static struct value get_value(const struct call *call)
{
    return property(call, "value");
}

static struct value has_next(const struct call *call)
{
    if (call->on.kind == VALUE_ITERATOR)
        return value_boolean(call->on.list->count > 0);
    return property(call, "hasNext");
}

static struct value is_first(const struct call *call)
{
    return property(call, "first");
}

static struct value is_last(const struct call *call)
{
    return property(call, "last");
}

static struct value next(const struct call *call)
{
    struct value first;

    if (call->on.kind != VALUE_ITERATOR)
        return value_null();
    if (call->on.list->count == 0) {
        run_fail(call->run, "next: there is none");
        return value_null();
    }
    first = call->on.list->items[0];
    list_remove(call->run, call->on.list, 0);
    return first;
}

static struct value set_value(const struct call *call)
{
    struct value previous;

    if (call->on.kind != VALUE_ENTRY)
        return value_null();
    previous              = call->on.entry->value;
    call->on.entry->value = call->arguments[0];
    return previous;
}

/* The part of a class's name behind its package. */
static struct value get_simple_name(const struct call *call)
{
    struct value name = property(call, "name");

    for (size_t i = name.kind == VALUE_STRING ? name.size : 0; i > 0; i--) {
        if (name.string[i - 1] == '.')
            return value_string(name.string + i, name.size - i);
    }
    return name;
}

static const struct method methods[] = {
    {"getCount",      0, 0, get_count      },
    {"getIndex",      0, 0, get_index      },
    {"getKey",        0, 0, get_key        },
    {"getName",       0, 0, get_name       },
    {"getParent",     0, 0, get_parent     },
    {"getSimpleName", 0, 0, get_simple_name},
    {"getValue",      0, 0, get_value      },
    {"hasNext",       0, 0, has_next       },
    {"isFirst",       0, 0, is_first       },
    {"isLast",        0, 0, is_last        },
    {"next",          0, 0, next           },
    {"setValue",      1, 1, set_value      },
};

const struct method_table methods_of_others = {methods, ARRAY_SIZE(methods)};
