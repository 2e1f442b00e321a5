#include "base/map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MAP_CAPACITY_MIN 16

static const char removed_key[] = "";

static uint64_t hash_bytes(const char *key, size_t size)
{
    uint64_t hash =
        14695981039346656037u; /* FNV-1a; keys that peers choose never reach a map in numbers */

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
    return hash ^ (hash >> 32);
}

static bool is_taken(const struct map_entry *entry)
{
    return entry->key && entry->key != removed_key;
}

static struct map_entry *find_entry(const struct map *map, const char *key, size_t size)
{
    uint64_t hash = hash_bytes(key, size);

    if (map->capacity == 0)
        return NULL;
    for (size_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct map_entry *entry = &map->entries[i];

        if (!entry->key)
            return NULL;
        if (entry->hash == hash && is_taken(entry) && strlen(entry->key) == size &&
            memcmp(entry->key, key, size) == 0)
            return entry;
    }
}

static void insert(struct map *map, const char *key, uint64_t hash, void *value)
{
    size_t i = hash & (map->capacity - 1);

    while (map->entries[i].key)
        i = (i + 1) & (map->capacity - 1);
    map->entries[i] = (struct map_entry){.key = key, .value = value, .hash = hash};
    map->used++;
    map->count++;
}

/* Removed entries go at the same time, so a map that only turns over stays as large as it is. */
static void rebuild(struct map *map)
{
    struct map old = *map;

    map->capacity = MAP_CAPACITY_MIN;
    while (map->capacity < (old.count + 1) * 2)
        map->capacity *= 2;
    map->entries = memory_new(map->capacity * sizeof *map->entries);
    map->count   = 0;
    map->used    = 0;
    for (size_t i = 0; i < old.capacity; i++) {
        if (is_taken(&old.entries[i]))
            insert(map, old.entries[i].key, old.entries[i].hash, old.entries[i].value);
    }
    free(old.entries);
}

void *map_find_bytes(const struct map *map, const char *key, size_t size)
{
    struct map_entry *entry = find_entry(map, key, size);

    return entry ? entry->value : NULL;
}

void *map_find(const struct map *map, const char *key)
{
    return map_find_bytes(map, key, strlen(key));
}

void *map_put(struct map *map, const char *key, void *value)
{
    struct map_entry *entry = find_entry(map, key, strlen(key));

    if (entry) {
        void *replaced = entry->value;

        entry->key   = key;
        entry->value = value;
        return replaced;
    }
    if ((map->used + 1) * 4 > map->capacity * 3)
        rebuild(map);
    insert(map, key, hash_bytes(key, strlen(key)), value);
    return NULL;
}

void *map_remove(struct map *map, const char *key)
{
    struct map_entry *entry = find_entry(map, key, strlen(key));
    void *value;

    if (!entry)
        return NULL;
    value        = entry->value;
    entry->key   = removed_key;
    entry->value = NULL;
    map->count--;
    return value;
}

void *map_next(const struct map *map, size_t *at)
{
    while (*at < map->capacity) {
        struct map_entry *entry = &map->entries[(*at)++];

        if (is_taken(entry))
            return entry->value;
    }
    return NULL;
}

void map_deinit(struct map *map)
{
    free(map->entries);
    *map = (struct map){0};
}
