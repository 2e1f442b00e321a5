#include <string.h>

#include "template/run.h"
#include "template/value.h"

/* Up to so many entries are compared one by one. */
#define LINEAR_MAX 8

struct object *object_new(struct mapping_run *run)
{
    return run_allocate(run, sizeof(struct object));
}

/* Of strings and numbers; containers as keys are rare and share one number. */
static uint64_t hash_key(struct value key)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)key.kind;

    switch ((int)key.kind) {
    case VALUE_STRING:
    case VALUE_CHARACTER:
    case VALUE_BIG_INTEGER:
    case VALUE_BIG_DECIMAL:
    case VALUE_CLASS:
        for (size_t i = 0; i < key.size; i++)
            hash = (hash ^ (unsigned char)key.string[i]) * 1099511628211u;
        break;
    case VALUE_BOOLEAN:
        hash = (hash ^ key.boolean) * 1099511628211u;
        break;
    case VALUE_INTEGER:
    case VALUE_LONG:
        hash = (hash ^ (uint64_t)key.integer) * 1099511628211u;
        break;
    default:
        break;
    }
    return hash ^ (hash >> 32);
}

static bool is_key(struct mapping_run *run, const struct object_entry *entry, struct value key,
                   uint64_t hash)
{
    if (entry->is_removed || entry->hash != hash)
        return false;
    if (key.kind == VALUE_STRING && entry->key.kind == VALUE_STRING)
        return key.size == entry->key.size && memcmp(key.string, entry->key.string, key.size) == 0;
    return value_equals(run, entry->key, key);
}

static struct object_entry *find(struct mapping_run *run, const struct object *object,
                                 struct value key, uint64_t hash)
{
    if (!object->table) {
        for (size_t i = 0; i < object->used; i++) {
            if (is_key(run, object->entries[i], key, hash))
                return object->entries[i];
        }
        return NULL;
    }
    for (size_t at = hash & (object->table_size - 1); object->table[at] != 0;
         at        = (at + 1) & (object->table_size - 1)) {
        struct object_entry *entry = object->entries[object->table[at] - 1];

        if (is_key(run, entry, key, hash))
            return entry;
        run_count(run, 1);
    }
    return NULL;
}

struct object_entry *object_find(struct mapping_run *run, const struct object *object,
                                 struct value key)
{
    return object->count > 0 ? find(run, object, key, hash_key(key)) : NULL;
}

struct value object_get(struct mapping_run *run, const struct object *object, struct value key)
{
    const struct object_entry *entry = object_find(run, object, key);

    return entry ? entry->value : value_null();
}

struct value object_get_text(struct mapping_run *run, const struct object *object, const char *key)
{
    return object_get(run, object, value_literal(key));
}

static void enter_into_table(struct object *object, size_t place)
{
    size_t at = object->entries[place]->hash & (object->table_size - 1);

    while (object->table[at] != 0)
        at = (at + 1) & (object->table_size - 1);
    object->table[at] = (uint32_t)place + 1;
}

/* Room for one more entry: without the removed ones, and with a table once there are many. */
static bool make_room(struct mapping_run *run, struct object *object)
{
    size_t capacity;
    struct object_entry **entries;
    size_t used = 0;

    if (object->used < object->capacity)
        return true;
    capacity = object->count * 2 > LINEAR_MAX ? object->count * 2 : LINEAR_MAX;
    entries  = run_allocate(run, capacity * sizeof *entries);
    if (!entries)
        return false;
    for (size_t i = 0; i < object->used; i++) {
        if (!object->entries[i]->is_removed)
            entries[used++] = object->entries[i];
    }
    object->entries  = entries;
    object->used     = used;
    object->capacity = capacity;
    object->table    = NULL;
    if (capacity <= LINEAR_MAX)
        return true;
    object->table_size = LINEAR_MAX;
    while (object->table_size < capacity * 2)
        object->table_size *= 2;
    object->table = run_allocate(run, object->table_size * sizeof *object->table);
    for (size_t i = 0; object->table && i < used; i++)
        enter_into_table(object, i);
    return object->table != NULL;
}

struct value object_put(struct mapping_run *run, struct object *object, struct value key,
                        struct value value)
{
    uint64_t hash              = hash_key(key);
    struct object_entry *entry = find(run, object, key, hash);
    struct value previous;

    if (entry) {
        previous     = entry->value;
        entry->value = value;
        return previous;
    }
    if (!run_count(run, 1) || !make_room(run, object) ||
        !(entry = run_allocate(run, sizeof *entry)))
        return value_null();
    *entry = (struct object_entry){.key = key, .value = value, .hash = hash};
    object->entries[object->used++] = entry;
    object->count++;
    if (object->table)
        enter_into_table(object, object->used - 1);
    return value_null();
}

/* Closes the gaps that removed entries have left, once there are more of them than of the others.
 */
static void close_gaps(struct object *object)
{
    size_t used = 0;

    if (object->used <= LINEAR_MAX || object->used <= 2 * object->count)
        return;
    for (size_t i = 0; i < object->used; i++) {
        if (!object->entries[i]->is_removed)
            object->entries[used++] = object->entries[i];
    }
    object->used = used;
    if (!object->table)
        return;
    memset(object->table, 0, object->table_size * sizeof *object->table);
    for (size_t i = 0; i < used; i++)
        enter_into_table(object, i);
}

/* A removed entry stays in its place for a while, so that the table holds. */
struct value object_remove(struct mapping_run *run, struct object *object, struct value key)
{
    struct object_entry *entry = object_find(run, object, key);

    if (!entry)
        return value_null();
    entry->is_removed = true;
    object->count--;
    run_count(run, 1);
    close_gaps(object);
    return entry->value;
}

void object_clear(struct object *object)
{
    object->used  = 0;
    object->count = 0;
    if (object->table)
        memset(object->table, 0, object->table_size * sizeof *object->table);
}

struct object_entry *object_next(const struct object *object, size_t *at)
{
    while (*at < object->used) {
        struct object_entry *entry = object->entries[(*at)++];

        if (!entry->is_removed)
            return entry;
    }
    return NULL;
}
