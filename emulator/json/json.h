#pragma once

/*
 * A JSON document as a tree whose values know where they stand, for project files and schemas. Not
 * for messages: those are scanned (json/scanner.h), never built.
 *
 * Strict JSON, except that a project file may begin with a byte order mark. Numbers keep their
 * spelling, member names their case and order; a name given twice is an error, as one of the two
 * would be ignored in silence.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct text;

#define JSON_DEPTH_MAX 100

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    unsigned line;      /* from 1, of the value; of its name for a member */
    unsigned column;    /* from 1, in bytes */
    const char *name;   /* of a member; NULL otherwise */
    const char *string; /* of a string: decoded; of a number: its spelling */
    size_t size;        /* of string, in bytes: it may contain NUL */
    double number;
    bool boolean;
    size_t count;       /* of elements or members */
    struct json *first; /* element or member */
    struct json *last;
    struct json *next; /* in the same array or object */
};

struct json_error {
    unsigned line;
    unsigned column;
    const char *message; /* "expected ',' or '}'"; static or in the arena */
};

/* Builds the tree of size bytes in arena. NULL if they aren't JSON; then *error says where and why.
 */
struct json *json_parse(struct arena *arena, const char *data, size_t size,
                        struct json_error *error);

/* The same for what others send: of members with the same name the last one counts, as for
 * JSON.parse. */
struct json *json_parse_any(struct arena *arena, const char *data, size_t size,
                            struct json_error *error);

/* The member of that name, by exact case; NULL if object is NULL, no object, or has none. */
struct json *json_find(const struct json *object, const char *name);

/* The member's string; NULL if it is absent or no string. */
const char *json_find_string(const struct json *object, const char *name);

/* A string, a number as it is spelled, "true" or "false"; NULL for the others and for NULL. */
const char *json_text(const struct json *value);

/* "an object", "a string": for messages. */
const char *json_kind_name(enum json_kind kind);

/* Appends the value as compact JSON. */
void json_print(const struct json *value, struct text *out);
