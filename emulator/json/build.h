#pragma once

/*
 * Trees of json.h made by hand: for documents that come from another notation, or from another
 * document. All is in the arena that is given. A value built after another one stands where that
 * does.
 */

#include <stddef.h>

#include "json/json.h"

struct arena;

/* A value of that kind, of which nothing else is set; where may be NULL. */
struct json *build_value(struct arena *arena, enum json_kind kind, const struct json *where);

struct json *build_string(struct arena *arena, const char *string, size_t size,
                          const struct json *where);
struct json *build_number(struct arena *arena, double number, const struct json *where);
struct json *build_boolean(struct arena *arena, bool boolean, const struct json *where);

/* The value once more, under no name and in no container; its children are shared. */
struct json *build_copy(struct arena *arena, const struct json *value);

/* Puts child, which is in no container, behind those of an array or object; in an object under
 * name, which is borrowed. */
void build_add(struct json *container, const char *name, struct json *child);

/* The object's member of that name as an object or array to add to; it is made if it isn't there.
 */
struct json *build_container(struct arena *arena, struct json *object, const char *name,
                             enum json_kind kind, const struct json *where);

/*
 * The later of two members with the same name, in *first the other one; NULL if all names differ.
 * Takes time that an object of many members can't stretch.
 */
const struct json *build_find_twin(struct arena *arena, const struct json *object,
                                   const struct json **first);
