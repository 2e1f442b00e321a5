#pragma once

/* The inside of a JSONPath, for the files value_path….c. */

#include "template/regex.h"
#include "template/value_path.h"

enum path_step_kind {
    PATH_NAMES, /* one or more */
    PATH_EACH,  /* .* */
    PATH_DEEP,  /* .. */
    PATH_INDEXES,
    PATH_SLICE,
    PATH_FILTER,
};

struct path_name {
    struct path_name *next;
    struct value name;
};

struct path_index {
    struct path_index *next;
    long index;
};

enum path_relation {
    PATH_EXISTS,
    PATH_EQUAL,
    PATH_NOT_EQUAL,
    PATH_LESS,
    PATH_LESS_EQUAL,
    PATH_GREATER,
    PATH_GREATER_EQUAL,
    PATH_MATCHES,
    PATH_IN,
    PATH_NOT_IN,
    PATH_CONTAINS,
    PATH_SIZE,
    PATH_EMPTY,
    PATH_AND,
    PATH_OR,
    PATH_NOT,
};

/* A side of a comparison. */
struct path_operand {
    const struct value_path *path; /* NULL: value */
    bool is_from_root;             /* $.a, not @.a */
    struct value value;
    struct path_operand *items; /* of a list, by next */
    struct path_operand *next;
    size_t count;
};

struct path_condition {
    enum path_relation relation;
    struct path_condition *left; /* of PATH_AND, PATH_OR, PATH_NOT */
    struct path_condition *right;
    struct path_operand a; /* of the others */
    struct path_operand b;
    bool ignores_case; /* of PATH_MATCHES */
};

struct path_step {
    struct path_step *next;
    enum path_step_kind kind;
    struct path_name *names;
    struct path_index *indexes;
    long from; /* of a slice */
    long to;
    bool has_from;
    bool has_to;
    struct path_condition *condition;
};

struct value_path {
    struct path_step *steps;
    bool is_definite;
};

struct path_parser {
    struct arena *arena;
    const char *at;
    const char *end;
    const char *problem;
    unsigned steps;
    unsigned depth;
};

/* At '$' or '@' in a filter: up to what can't belong to the path. */
struct value_path *path_parse_inner(struct path_parser *parser);

/* Behind "?(": up to and with ")". NULL if it is malformed. */
struct path_condition *path_parse_condition(struct path_parser *parser);
bool path_parse_string(struct path_parser *parser, struct value *string);
bool path_fail(struct path_parser *parser, const char *problem);
void path_skip_space(struct path_parser *parser);
bool path_take(struct path_parser *parser, const char *word);

/* True if item fulfils the condition. */
bool path_accepts(struct mapping_run *run, const struct path_condition *condition,
                  struct value root, struct value item);
