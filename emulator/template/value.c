#include "template/value.h"

#include <math.h>
#include <string.h>

#include "template/java_string.h"
#include "template/number.h"
#include "template/run.h"

struct value value_whole(int64_t integer)
{
    enum value_kind kind =
        integer >= INT32_MIN && integer <= INT32_MAX ? VALUE_INTEGER : VALUE_LONG;

    return (struct value){.kind = kind, .integer = integer};
}

struct value value_copy(struct mapping_run *run, const char *string, size_t size)
{
    char *copy = run_allocate(run, size + 1);

    if (!copy)
        return value_null();
    if (size > 0)
        memcpy(copy, string, size);
    return value_string(copy, size);
}

bool value_is_text(struct value value, const char *text)
{
    return value.kind == VALUE_STRING && value.size == strlen(text) &&
           memcmp(value.string, text, value.size) == 0;
}

static bool lists_are_equal(struct mapping_run *run, const struct list *a, const struct list *b)
{
    if (a == b)
        return true;
    if (a->flavour == LIST_ARRAY || b->flavour == LIST_ARRAY || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!value_equals(run, a->items[i], b->items[i]))
            return false;
    }
    return true;
}

static bool maps_are_equal(struct mapping_run *run, const struct object *a, const struct object *b)
{
    const struct object_entry *entry;
    size_t at = 0;

    if (a == b)
        return true;
    if (a->count != b->count)
        return false;
    while ((entry = object_next(a, &at))) {
        const struct object_entry *other = object_find(run, b, entry->key);

        if (!other || !value_equals(run, entry->value, other->value))
            return false;
    }
    return true;
}

static bool same_kind_equals(struct mapping_run *run, struct value a, struct value b)
{
    switch (a.kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
        return a.boolean == b.boolean;
    case VALUE_INTEGER:
    case VALUE_LONG:
        return a.integer == b.integer;
    case VALUE_DOUBLE: /* as Double.equals(): NaN equals itself, 0.0 isn't -0.0 */
        return (a.number == b.number && signbit(a.number) == signbit(b.number)) ||
               (isnan(a.number) && isnan(b.number));
    case VALUE_BIG_INTEGER:
    case VALUE_BIG_DECIMAL:
    case VALUE_STRING:
    case VALUE_CHARACTER:
    case VALUE_CLASS:
        return a.size == b.size && memcmp(a.string, b.string, a.size) == 0;
    case VALUE_LIST:
        return lists_are_equal(run, a.list, b.list);
    case VALUE_MAP:
        return maps_are_equal(run, a.object, b.object);
    case VALUE_ENTRY:
        return value_equals(run, a.entry->key, b.entry->key) &&
               value_equals(run, a.entry->value, b.entry->value);
    case VALUE_ITERATOR:
        return a.list == b.list;
    case VALUE_LOOP:
        return a.loop == b.loop;
    case VALUE_BLOCK:
        return a.block == b.block;
    case VALUE_INPUT:
    case VALUE_UTIL:
        return true;
    }
    return false;
}

bool value_equals(struct mapping_run *run, struct value a, struct value b)
{
    bool is_equal;

    if (a.kind != b.kind)
        return false;
    if (!run_enter(run))
        return false;
    is_equal = run_count(run, 1 + a.size / 64) && same_kind_equals(run, a, b);
    run_leave(run);
    return is_equal;
}

static int32_t hash_children(struct mapping_run *run, struct value value)
{
    uint32_t hash = 0;

    if (value.kind == VALUE_LIST) {
        hash = 1;
        for (size_t i = 0; i < value.list->count; i++)
            hash = 31 * hash + (uint32_t)value_hash_code(run, value.list->items[i]);
    } else {
        const struct object_entry *entry;
        size_t at = 0;

        while ((entry = object_next(value.object, &at)))
            hash += (uint32_t)value_hash_code(run, entry->key) ^
                    (uint32_t)value_hash_code(run, entry->value);
    }
    return (int32_t)hash;
}

int32_t value_hash_code(struct mapping_run *run, struct value value)
{
    uint64_t bits;
    int32_t hash = 0;

    if (!run_enter(run))
        return 0;
    run_count(run, 1 + value.size / 64);
    switch (value.kind) {
    case VALUE_BOOLEAN:
        hash = value.boolean ? 1231 : 1237;
        break;
    case VALUE_INTEGER:
        hash = (int32_t)value.integer;
        break;
    case VALUE_LONG:
        hash = (int32_t)(value.integer ^ (int64_t)((uint64_t)value.integer >> 32));
        break;
    case VALUE_DOUBLE:
        memcpy(&bits, &value.number, sizeof bits);
        hash = (int32_t)(bits ^ (bits >> 32));
        break;
    case VALUE_STRING:
    case VALUE_CHARACTER:
    case VALUE_BIG_INTEGER:
    case VALUE_BIG_DECIMAL:
    case VALUE_CLASS:
        hash = java_hash_code(value.string, value.size);
        break;
    case VALUE_LIST:
    case VALUE_MAP:
        hash = run->has_failed ? 0 : hash_children(run, value);
        break;
    case VALUE_ENTRY:
        hash = value_hash_code(run, value.entry->key) ^ value_hash_code(run, value.entry->value);
        break;
    case VALUE_NULL:
    case VALUE_ITERATOR:
    case VALUE_LOOP:
    case VALUE_BLOCK:
    case VALUE_INPUT:
    case VALUE_UTIL:
        break;
    }
    run_leave(run);
    return hash;
}

static const char *list_class_name(const struct list *list)
{
    switch (list->flavour) {
    case LIST_PLAIN:
        return "java.util.ArrayList";
    case LIST_JSON:
        return "net.minidev.json.JSONArray";
    case LIST_ARRAY:
        return "[Ljava.lang.String;";
    case LIST_COLLECTION:
        return "java.util.LinkedHashMap$LinkedKeySet";
    }
    return "";
}

const char *value_class_name(struct value value)
{
    static const char *const names[] = {
        [VALUE_NULL]        = "",
        [VALUE_BOOLEAN]     = "java.lang.Boolean",
        [VALUE_INTEGER]     = "java.lang.Integer",
        [VALUE_LONG]        = "java.lang.Long",
        [VALUE_BIG_INTEGER] = "java.math.BigInteger",
        [VALUE_DOUBLE]      = "java.lang.Double",
        [VALUE_BIG_DECIMAL] = "java.math.BigDecimal",
        [VALUE_STRING]      = "java.lang.String",
        [VALUE_CHARACTER]   = "java.lang.Character",
        [VALUE_LIST]        = "",
        [VALUE_ITERATOR]    = "java.util.ArrayList$Itr",
        [VALUE_MAP]         = "java.util.LinkedHashMap",
        [VALUE_ENTRY]       = "java.util.LinkedHashMap$Entry",
        [VALUE_LOOP]        = "org.apache.velocity.runtime.directive.ForeachScope",
        [VALUE_BLOCK]       = "org.apache.velocity.runtime.directive.Block$Reference",
        [VALUE_CLASS]       = "java.lang.Class",
        [VALUE_INPUT]       = "",
        [VALUE_UTIL]        = "",
    };

    return value.kind == VALUE_LIST ? list_class_name(value.list) : names[value.kind];
}
