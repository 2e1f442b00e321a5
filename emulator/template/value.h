#pragma once

/*
 * What a template's variables hold: values as Java has them, since Velocity shows, compares and
 * calls them as Java does. A value is small and passed by value; what it points to lives in the
 * arena of its run, in the template, or in the run's inputs.
 *
 * Lists and maps are shared, as in Java: who changes one changes it for all.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block;
struct list;
struct foreach_state;
struct mapping_run;
struct object;
struct text;

enum value_kind {
    VALUE_NULL,
    VALUE_BOOLEAN,
    VALUE_INTEGER,     /* 32 bits */
    VALUE_LONG,        /* 64 bits */
    VALUE_BIG_INTEGER, /* string: its digits */
    VALUE_DOUBLE,
    VALUE_BIG_DECIMAL, /* string: as Java prints it */
    VALUE_STRING,      /* UTF-8 */
    VALUE_CHARACTER,   /* string: one character */
    VALUE_LIST,
    VALUE_ITERATOR, /* list: what is still to come */
    VALUE_MAP,
    VALUE_ENTRY, /* of a map: entry */
    VALUE_LOOP,  /* $foreach */
    VALUE_BLOCK, /* of #define: evaluated whenever it is shown */
    VALUE_CLASS, /* string: the name of a Java class */
    VALUE_INPUT, /* $input */
    VALUE_UTIL,  /* $util */
};

struct value {
    enum value_kind kind;
    uint32_t size; /* of string, in bytes */
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *string;
        struct list *list;
        struct object *object;
        struct object_entry *entry;
        const struct foreach_state *loop;
        const struct block *block;
    };
};

/* Which of Java's collections a list stands for: they print and behave differently. */
enum list_flavour {
    LIST_PLAIN,      /* ArrayList: [a, b] */
    LIST_JSON,       /* what JSON arrays become: prints itself as JSON */
    LIST_ARRAY,      /* String[] and the like: prints its identity */
    LIST_COLLECTION, /* keySet(), values(): no positions */
};

struct list {
    enum list_flavour flavour;
    struct value *items;
    size_t count;
    size_t capacity;
};

struct object_entry {
    struct value key;
    struct value value;
    uint64_t hash;
    bool is_removed;
};

/* A map that keeps the order in which its keys came. */
struct object {
    struct object_entry **entries; /* removed ones included: they are skipped */
    size_t used;
    size_t capacity;
    size_t count;
    uint32_t *table; /* places in entries, from 1; NULL while there are few */
    size_t table_size;
};

/* The state of a #foreach. */
struct foreach_state {
    const struct foreach_state *parent;
    size_t index; /* from 0 */
    bool has_next;
};

static inline struct value value_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_boolean(bool boolean)
{
    return (struct value){.kind = VALUE_BOOLEAN, .boolean = boolean};
}

static inline struct value value_integer(int32_t integer)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

static inline struct value value_double(double number)
{
    return (struct value){.kind = VALUE_DOUBLE, .number = number};
}

/* The bytes are borrowed. */
static inline struct value value_string(const char *string, size_t size)
{
    return (struct value){.kind = VALUE_STRING, .size = (uint32_t)size, .string = string};
}

static inline struct value value_literal(const char *string)
{
    return value_string(string, __builtin_strlen(string));
}

static inline struct value value_list(struct list *list)
{
    return (struct value){.kind = VALUE_LIST, .list = list};
}

static inline struct value value_map(struct object *object)
{
    return (struct value){.kind = VALUE_MAP, .object = object};
}

/* An Integer if it fits, otherwise a Long. */
struct value value_whole(int64_t integer);

/* A copy in the run's memory; null if there is no room, which fails the run. */
struct value value_copy(struct mapping_run *run, const char *string, size_t size);

bool value_is_text(struct value value, const char *text);

/* Java's equals(): an Integer equals no Long, a list equals one with equal elements. Steps are
 * counted, and depth is bounded. */
bool value_equals(struct mapping_run *run, struct value a, struct value b);

/* Java's hashCode(). */
int32_t value_hash_code(struct mapping_run *run, struct value value);

/* "java.lang.String" */
const char *value_class_name(struct value value);

/* NULL if there is no room, which fails the run. */
struct list *list_new(struct mapping_run *run, enum list_flavour flavour, size_t capacity);

/* False if there is no room, which fails the run. index is at most the list's count. */
bool list_insert(struct mapping_run *run, struct list *list, size_t index, struct value value);
bool list_add(struct mapping_run *run, struct list *list, struct value value);
void list_remove(struct mapping_run *run, struct list *list, size_t index);

/* The first element that equals value, or the list's count. */
size_t list_find(struct mapping_run *run, const struct list *list, struct value value);

struct object *object_new(struct mapping_run *run);

/* NULL if there is none. */
struct object_entry *object_find(struct mapping_run *run, const struct object *object,
                                 struct value key);
struct value object_get(struct mapping_run *run, const struct object *object, struct value key);
struct value object_get_text(struct mapping_run *run, const struct object *object, const char *key);

/* Returns the value that was replaced; null if there was none. */
struct value object_put(struct mapping_run *run, struct object *object, struct value key,
                        struct value value);
struct value object_remove(struct mapping_run *run, struct object *object, struct value key);
void object_clear(struct object *object);

/* The next entry that isn't removed, NULL at the end: size_t at = 0; while ((entry = …)) … */
struct object_entry *object_next(const struct object *object, size_t *at);
