#include "template/property.h"

#include "template/run.h"

/* getBytes(): the numbers of the bytes. */
static struct value bytes_of(struct mapping_run *run, struct value string)
{
    struct list *list = list_new(run, LIST_ARRAY, string.size);

    for (size_t i = 0; list && i < string.size; i++)
        list_add(run, list, value_integer((signed char)string.string[i]));
    return list ? value_list(list) : value_null();
}

static struct value loop_value(const struct foreach_state *loop)
{
    return loop ? (struct value){.kind = VALUE_LOOP, .loop = loop} : value_null();
}

static struct value loop_property(const struct foreach_state *loop, struct value name)
{
    if (value_is_text(name, "index"))
        return value_integer((int32_t)loop->index);
    if (value_is_text(name, "count"))
        return value_integer((int32_t)loop->index + 1);
    if (value_is_text(name, "hasNext"))
        return value_boolean(loop->has_next);
    if (value_is_text(name, "first"))
        return value_boolean(loop->index == 0);
    if (value_is_text(name, "last"))
        return value_boolean(!loop->has_next);
    if (value_is_text(name, "parent"))
        return loop_value(loop->parent);
    if (!value_is_text(name, "topmost"))
        return value_null();
    while (loop->parent)
        loop = loop->parent;
    return loop_value(loop);
}

static struct value class_of(struct value on)
{
    const char *name   = value_class_name(on);
    struct value value = value_literal(name);

    value.kind = *name != '\0' ? VALUE_CLASS : VALUE_NULL;
    return value;
}

struct value property_get(struct mapping_run *run, struct value on, struct value name)
{
    if (value_is_text(name, "class"))
        return class_of(on);
    switch ((int)on.kind) {
    case VALUE_MAP:
        return object_get(run, on.object, name);
    case VALUE_STRING:
        if (value_is_text(name, "empty"))
            return value_boolean(on.size == 0);
        return value_is_text(name, "bytes") ? bytes_of(run, on) : value_null();
    case VALUE_LIST:
        return value_is_text(name, "empty") ? value_boolean(on.list->count == 0) : value_null();
    case VALUE_ENTRY:
        if (value_is_text(name, "key"))
            return on.entry->key;
        return value_is_text(name, "value") ? on.entry->value : value_null();
    case VALUE_LOOP:
        return loop_property(on.loop, name);
    case VALUE_CLASS:
        return value_is_text(name, "name") ? value_string(on.string, on.size) : value_null();
    case VALUE_INPUT:
        return value_is_text(name, "body") ? value_string(run->body, run->body_size) : value_null();
    default:
        return value_null();
    }
}
