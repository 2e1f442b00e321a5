#pragma once

/*
 * JSONPath in the flavour of JsonPath for Java, which AWS uses wherever a value is taken out of a
 * body: .name, ['name'], [0], [-1] (from the end), .* and [*] (each), .. (at any depth). Filters,
 * functions, slices and lists of names or indexes are refused.
 *
 * A query is parsed once and answered for every message, on the spans of a scan: no tree is built.
 * Its plain beginning (names and indexes) is left to json_scan(), which finds those of many queries
 * in one pass; what is behind it is walked here.
 *
 * AWS: "WebSocket selection expressions in API Gateway", which names JsonPath for Java.
 */

#include <stdbool.h>
#include <stddef.h>

#include "json/scanner.h"

struct arena;
struct text;

#define QUERY_STEPS_MAX 32

enum query_step_kind {
    QUERY_NAME,           /* the member of that name */
    QUERY_INDEX,          /* the element at index */
    QUERY_INDEX_FROM_END, /* the element index places before the end, from 1 */
    QUERY_EACH,           /* every member or element */
    QUERY_DEEP,           /* the value itself and every value in it */
};

struct query_step {
    enum query_step_kind kind;
    struct json_step step; /* of QUERY_NAME and QUERY_INDEX…; its name is in the arena */
};

struct query {
    struct json_path plain;   /* what json_scan() is asked for; its steps are in the arena */
    struct query_step *steps; /* the rest, in the arena */
    size_t count;
    bool is_list; /* may find any number of values, so that its result is a list of them */
};

enum query_end {
    QUERY_ENDS_WITH_NAME,  /* at the first character that neither belongs to a plain name nor begins
                              a step, as in text without braces */
    QUERY_ENDS_WITH_BRACE, /* at a closing brace, which is not consumed */
    QUERY_ENDS_WITH_TEXT,  /* at the end of the string */
};

/*
 * Parses the steps that begin at *at (".a[0]", or nothing: the whole document) and moves *at behind
 * them. False if they are malformed: then *at is the place and error, emptied first, says why. The
 * query lives as long as the arena.
 */
bool query_parse(struct query *query, struct arena *arena, const char **at, enum query_end end,
                 struct text *error);

/*
 * Calls visit for every value found in start, the span that json_scan() has found for query->plain,
 * in the document's order, until visit returns false.
 */
void query_each(const struct query *query, const struct json_span *start,
                bool (*visit)(void *owner, const struct json_span *value), void *owner);
