#pragma once

/*
 * A hash map from strings to pointers. Keys are borrowed: they must live (usually inside the value)
 * as long as their entry. Values belong to whoever put them in. A zeroed map is empty and ready for
 * use.
 */

#include <stddef.h>
#include <stdint.h>

struct map_entry {
    const char *key; /* NULL: free */
    void *value;
    uint64_t hash;
};

struct map {
    struct map_entry *entries;
    size_t capacity; /* 0 or a power of two */
    size_t count;
    size_t used; /* entries in use, removed ones included */
};

/* NULL if there is none. */
void *map_find(const struct map *map, const char *key);

/* Like map_find for a key that has no NUL behind it. */
void *map_find_bytes(const struct map *map, const char *key, size_t size);

/* Adds or replaces; returns the value that was replaced, or NULL. A replaced entry takes the new
 * key too. */
void *map_put(struct map *map, const char *key, void *value);

/* Returns the value that was removed, or NULL. */
void *map_remove(struct map *map, const char *key);

/*
 * Walks the map in no particular order: size_t at = 0; while ((value = map_next(&map, &at))) …
 * Removing the value just returned is allowed, adding is not.
 */
void *map_next(const struct map *map, size_t *at);

/* Frees the table, not the values. */
void map_deinit(struct map *map);
