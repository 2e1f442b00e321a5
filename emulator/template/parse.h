#pragma once

/*
 * The parser's state and parts. Text and directives are parse.c's and parse_directive.c's,
 * references parse_reference.c's, and what stands in parentheses parse_expression.c's.
 *
 * Each parse_… function begins at parser->at and moves it behind what it has read. NULL or false is
 * a failure whose message is in *parser->error.
 */

#include <stdbool.h>
#include <stddef.h>

#include "template/program.h"

struct parser {
    struct mapping_template *template;
    struct mapping_error *error;
    const char *at;
    const char *end;
    const char *origin; /* what is parsed, if it is no part of the source: a string without its
                           doubled quotes; NULL otherwise */
    size_t offset;      /* of such a string in the source */
    unsigned depth;
    bool in_string;
};

/* What ended a block. */
enum block_end { BLOCK_FAILED, BLOCK_AT_END, BLOCK_ELSE, BLOCK_ELSEIF, BLOCK_OUT };

enum block_end parse_block(struct parser *parser, struct block *block);

/* The directive at '#' that has been found to be one; see parse_directive.c. */
enum directive {
    DIRECTIVE_NONE,
    DIRECTIVE_SET,
    DIRECTIVE_IF,
    DIRECTIVE_ELSEIF,
    DIRECTIVE_ELSE,
    DIRECTIVE_END,
    DIRECTIVE_FOREACH,
    DIRECTIVE_DEFINE,
    DIRECTIVE_MACRO,
    DIRECTIVE_BREAK,
    DIRECTIVE_STOP,
    DIRECTIVE_LITERAL,
    DIRECTIVE_PARSE,
    DIRECTIVE_INCLUDE,
    DIRECTIVE_UNKNOWN,
};

/* Which directive stands at '#' at place; *behind is where its word ends. */
enum directive parse_directive_word(const struct parser *parser, const char *place,
                                    const char **behind);
/* at stands behind its word, which began at start. Appends to block. */
bool parse_directive(struct parser *parser, enum directive directive, const char *start,
                     struct block *block);

/* How long the beginning of a reference at '$' at place is ("$!{"): 0 if there is none. */
size_t parse_reference_mark(const struct parser *parser, const char *place);
struct node *parse_reference(struct parser *parser);

/* A condition or the right side of #set. */
struct node *parse_expression(struct parser *parser);
/* What may be an argument: no operators. */
struct node *parse_argument(struct parser *parser);

bool parse_fail(struct parser *parser, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool parse_enter(struct parser *parser);
void parse_leave(struct parser *parser);
struct node *parse_node(struct parser *parser, enum node_kind kind, const char *place);
void parse_append(struct block *block, struct node *node);
/* The place of the variable of that name. */
size_t parse_variable(struct parser *parser, const char *name, size_t size);
void parse_skip_space(struct parser *parser);
bool parse_is_next(const struct parser *parser, char character);
bool parse_take(struct parser *parser, char character);
/* What ")" and "#end" swallow: blanks and a line end, if there is nothing else on the line. */
void parse_skip_line_end(struct parser *parser);
/* The end of the name that begins at place; place if there is none. */
const char *parse_name_end(const struct parser *parser, const char *place);
