/* java.util.LinkedHashMap. keySet(), values() and entrySet() are copies: nobody changes a map
 * through them. */

#include "base/memory.h"
#include "template/method.h"
#include "template/run.h"

static struct value contains_key(const struct call *call)
{
    return value_boolean(object_find(call->run, call->on.object, call->arguments[0]) != NULL);
}

static struct value contains_value(const struct call *call)
{
    const struct object_entry *entry;
    size_t at = 0;

    while ((entry = object_next(call->on.object, &at))) {
        if (value_equals(call->run, entry->value, call->arguments[0]))
            return value_boolean(true);
    }
    return value_boolean(false);
}

static struct value clear(const struct call *call)
{
    object_clear(call->on.object);
    return value_null();
}

static struct value key_of(struct object_entry *entry)
{
    return entry->key;
}

static struct value value_of(struct object_entry *entry)
{
    return entry->value;
}

static struct value itself(struct object_entry *entry)
{
    return (struct value){.kind = VALUE_ENTRY, .entry = entry};
}

static struct value collect(const struct call *call, struct value (*what)(struct object_entry *))
{
    struct list *list = list_new(call->run, LIST_COLLECTION, call->on.object->count);
    struct object_entry *entry;
    size_t at = 0;

    while (list && (entry = object_next(call->on.object, &at)))
        list_add(call->run, list, what(entry));
    return list ? value_list(list) : value_null();
}

static struct value entry_set(const struct call *call)
{
    return collect(call, itself);
}

static struct value key_set(const struct call *call)
{
    return collect(call, key_of);
}

static struct value values(const struct call *call)
{
    return collect(call, value_of);
}

static struct value get(const struct call *call)
{
    return object_get(call->run, call->on.object, call->arguments[0]);
}

static struct value get_or_default(const struct call *call)
{
    const struct object_entry *entry = object_find(call->run, call->on.object, call->arguments[0]);

    return entry ? entry->value : call->arguments[1];
}

static struct value is_empty(const struct call *call)
{
    return value_boolean(call->on.object->count == 0);
}

static struct value put(const struct call *call)
{
    return object_put(call->run, call->on.object, call->arguments[0], call->arguments[1]);
}

static struct value put_all(const struct call *call)
{
    struct value other = call->arguments[0];
    const struct object_entry *entry;
    size_t at = 0;

    if (other.kind != VALUE_MAP || other.object == call->on.object)
        return value_null();
    while ((entry = object_next(other.object, &at)))
        object_put(call->run, call->on.object, entry->key, entry->value);
    return value_null();
}

static struct value put_if_absent(const struct call *call)
{
    const struct object_entry *entry = object_find(call->run, call->on.object, call->arguments[0]);

    return entry ? entry->value : put(call);
}

static struct value remove_key(const struct call *call)
{
    return object_remove(call->run, call->on.object, call->arguments[0]);
}

static struct value size(const struct call *call)
{
    return value_integer((int32_t)call->on.object->count);
}

static const struct method methods[] = {
    {"clear",         0, 0, clear         },
    {"containsKey",   1, 1, contains_key  },
    {"containsValue", 1, 1, contains_value},
    {"entrySet",      0, 0, entry_set     },
    {"get",           1, 1, get           },
    {"getOrDefault",  2, 2, get_or_default},
    {"isEmpty",       0, 0, is_empty      },
    {"keySet",        0, 0, key_set       },
    {"put",           2, 2, put           },
    {"putAll",        1, 1, put_all       },
    {"putIfAbsent",   2, 2, put_if_absent },
    {"remove",        1, 1, remove_key    },
    {"size",          0, 0, size          },
    {"values",        0, 0, values        },
};

const struct method_table methods_of_maps = {methods, ARRAY_SIZE(methods)};
