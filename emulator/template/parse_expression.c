/* What stands in the parentheses of directives: operators, and the values between them. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "template/java_string.h"
#include "template/parse.h"
#include "template/run.h"

static struct node *parse_operators(struct parser *parser, unsigned level);

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool starts_with(const struct parser *parser, const char *word)
{
    size_t size = strlen(word);

    return (size_t)(parser->end - parser->at) >= size && memcmp(parser->at, word, size) == 0;
}

/* A word of letters, which no further letter follows. */
static bool starts_with_word(const struct parser *parser, const char *word)
{
    return starts_with(parser, word) &&
           parse_name_end(parser, parser->at) == parser->at + strlen(word);
}

/* "-" and digits, in which a fraction or an exponent may follow: where the number at place ends, or
 * place if there is none. */
static const char *number_end(const struct parser *parser, const char *place, bool *is_whole)
{
    const char *end    = parser->end;
    const char *at     = place + (place < end && *place == '-');
    const char *digits = at;
    const char *exponent;

    *is_whole = true;
    while (at < end && is_digit(*at))
        at++;
    if (at == digits && !(at + 1 < end && *at == '.' && is_digit(at[1])))
        return place;
    if (at < end && *at == '.' && !(at + 1 < end && at[1] == '.')) {
        *is_whole = false;
        at++;
        while (at < end && is_digit(*at))
            at++;
    }
    if (at == end || (*at != 'e' && *at != 'E'))
        return at;
    exponent = at + 1;
    if (exponent < end && (*exponent == '+' || *exponent == '-'))
        exponent++;
    if (exponent == end || !is_digit(*exponent))
        return at;
    *is_whole = false;
    while (exponent < end && is_digit(*exponent))
        exponent++;
    return exponent;
}

static struct node *parse_number(struct parser *parser, const char *end, bool is_whole)
{
    struct node *node          = parse_node(parser, NODE_CONSTANT, parser->at);
    size_t size                = (size_t)(end - parser->at);
    struct mapping_run scratch = {0}; /* for what is beyond 64 bits */

    node->constant = is_whole ? number_parse_whole(&scratch, parser->at, size)
                              : number_parse_decimal(&scratch, parser->at, size, false);
    if (scratch.has_failed)
        parse_fail(parser, parser->at, "%s", scratch.message);
    else if (node->constant.kind == VALUE_BIG_INTEGER)
        node->constant.string =
            arena_copy(&parser->template->arena, node->constant.string, node->constant.size);
    arena_deinit(&scratch.arena);
    if (scratch.has_failed)
        return NULL;
    parser->at = end;
    return node;
}

/* Copies a string's contents without the doubling of its quotes; \u0041 is decoded in double
 * quotes.
 */
static struct value decode_string(struct parser *parser, const char *start, const char *end,
                                  char quote)
{
    SCOPED_TEXT text = {0};
    char *copy;

    for (const char *at = start; at < end; at++) {
        size_t digits = 0;

        if (*at == quote)
            at++;
        while (quote == '"' && *at == '\\' && at + 1 < end && at[1] == 'u' && digits < 4 &&
               at + 2 + digits < end && strchr("0123456789abcdefABCDEF", at[2 + digits]) &&
               at[2 + digits] != '\0')
            digits++;
        if (digits < 4) {
            text_append_character(&text, *at);
            continue;
        }
        char hex[5]              = {at[2], at[3], at[4], at[5], '\0'};
        unsigned long code_point = strtoul(hex, NULL, 16);

        java_append(&text,
                    code_point >= 0xd800 && code_point < 0xe000 ? 0xfffd : (uint32_t)code_point);
        at += 5;
    }
    copy = arena_copy(&parser->template->arena, text_string(&text), text.size);
    return value_string(copy, text.size);
}

/* What is between double quotes is a template. */
static struct node *parse_inner_template(struct parser *parser, struct value contents,
                                         bool is_copied, const char *place)
{
    struct node *node   = parse_node(parser, NODE_STRING, place);
    struct parser inner = *parser;
    enum block_end end;

    inner.at        = contents.string;
    inner.end       = contents.string + contents.size;
    inner.in_string = true;
    if (is_copied && !parser->origin) {
        inner.origin = contents.string;
        inner.offset = (size_t)(place - parser->template->source);
    }
    end = parse_block(&inner, &node->string);
    if (end == BLOCK_FAILED)
        return NULL;
    if (end != BLOCK_OUT) {
        parse_fail(parser, place, "#else or #end in a string in which nothing has begun");
        return NULL;
    }
    return node;
}

/* At a quote. */
static struct node *parse_string(struct parser *parser)
{
    const char *place = parser->at;
    const char *start = place + 1;
    const char *at    = start;
    char quote        = *place;
    bool is_copied    = false;
    bool is_template  = false;
    struct value contents;
    struct node *node;

    for (; at < parser->end; at++) {
        if (*at == quote && at + 1 < parser->end && at[1] == quote) {
            is_copied = true;
            at++;
        } else if (*at == quote) {
            break;
        } else if (quote == '"' && (*at == '$' || *at == '#')) {
            is_template = true;
        } else if (quote == '"' && *at == '\\') {
            is_copied = is_copied || (at + 1 < parser->end && at[1] == 'u');
        }
    }
    if (at >= parser->end) {
        parse_fail(parser, place, "a string without its closing %c", quote);
        return NULL;
    }
    contents   = is_copied ? decode_string(parser, start, at, quote)
                           : value_string(start, (size_t)(at - start));
    parser->at = at + 1;
    if (is_template)
        return parse_inner_template(parser, contents, is_copied, place);
    node           = parse_node(parser, NODE_CONSTANT, place);
    node->constant = contents;
    return node;
}

static void add_item(struct node *container, struct node *item)
{
    struct node **end = &container->items.first;

    if (container->items.last)
        end = &container->items.last->next;
    *end                  = item;
    container->items.last = item;
    container->items.count++;
}

/* What comes behind an item, up to the next one or behind closing; then *is_closed. */
static bool parse_behind_item(struct parser *parser, const struct node *container, char closing,
                              bool *is_closed)
{
    parse_skip_space(parser);
    if (closing == '}' && container->items.count % 2 == 1) {
        if (!parse_take(parser, ':'))
            return parse_fail(parser, parser->at, "expected ':' behind a key");
    } else if (parse_take(parser, closing)) {
        *is_closed = true;
    } else if (!parse_take(parser, ',')) {
        return parse_fail(parser, parser->at, "expected ',' or '%c'", closing);
    }
    if (!*is_closed)
        parse_skip_space(parser);
    return true;
}

/* Further items, up to closing. */
static bool parse_items(struct parser *parser, struct node *container, char closing)
{
    bool is_closed = false;

    while (!is_closed) {
        struct node *item = parse_argument(parser);

        if (!item)
            return false;
        add_item(container, item);
        if (!parse_behind_item(parser, container, closing, &is_closed))
            return false;
    }
    return true;
}

/* Behind ".." and its first value. */
static struct node *parse_range(struct parser *parser, struct node *node, struct node *first)
{
    parse_skip_space(parser);
    node->kind           = NODE_RANGE;
    node->operands.left  = first;
    node->operands.right = parse_argument(parser);
    if (!node->operands.right)
        return NULL;
    parse_skip_space(parser);
    if (parse_take(parser, ']'))
        return node;
    parse_fail(parser, parser->at, "expected ']' behind a range");
    return NULL;
}

/* At '[': a list, or a range if ".." is behind the first value. */
static struct node *parse_list(struct parser *parser)
{
    struct node *node = parse_node(parser, NODE_LIST, parser->at++);
    bool is_closed    = false;
    struct node *first;

    parse_skip_space(parser);
    if (parse_take(parser, ']'))
        return node;
    first = parse_argument(parser);
    if (!first)
        return NULL;
    parse_skip_space(parser);
    if (starts_with(parser, "..")) {
        parser->at += 2;
        return parse_range(parser, node, first);
    }
    add_item(node, first);
    if (!parse_behind_item(parser, node, ']', &is_closed) ||
        (!is_closed && !parse_items(parser, node, ']')))
        return NULL;
    return node;
}

/* At '{'. */
static struct node *parse_map(struct parser *parser)
{
    struct node *node = parse_node(parser, NODE_MAP, parser->at++);

    parse_skip_space(parser);
    if (parse_take(parser, '}') || parse_items(parser, node, '}'))
        return node;
    return NULL;
}

static struct node *parse_constant(struct parser *parser, struct value value, size_t size)
{
    struct node *node = parse_node(parser, NODE_CONSTANT, parser->at);

    node->constant = value;
    parser->at += size;
    return node;
}

static struct node *parse_plain_argument(struct parser *parser)
{
    bool is_whole;
    const char *end = number_end(parser, parser->at, &is_whole);

    if (end > parser->at)
        return parse_number(parser, end, is_whole);
    if (parse_is_next(parser, '$') && parse_reference_mark(parser, parser->at) > 0)
        return parse_reference(parser);
    if (parse_is_next(parser, '"') || parse_is_next(parser, '\''))
        return parse_string(parser);
    if (parse_is_next(parser, '['))
        return parse_list(parser);
    if (parse_is_next(parser, '{'))
        return parse_map(parser);
    if (starts_with_word(parser, "true"))
        return parse_constant(parser, value_boolean(true), 4);
    if (starts_with_word(parser, "false"))
        return parse_constant(parser, value_boolean(false), 5);
    if (parser->at == parser->end)
        parse_fail(parser, parser->at, "the template ends where a value is expected");
    else if (starts_with_word(parser, "null"))
        parse_fail(parser, parser->at, "there is no word null: write $null, or ''");
    else
        parse_fail(parser, parser->at,
                   "expected a reference, string, number, list, map, true or false");
    return NULL;
}

struct node *parse_argument(struct parser *parser)
{
    struct node *node;

    if (!parse_enter(parser))
        return NULL;
    node = parse_plain_argument(parser);
    parse_leave(parser);
    return node;
}

static struct node *new_operation(struct parser *parser, enum node_kind kind, struct node *left,
                                  struct node *right, const char *place)
{
    struct node *node = parse_node(parser, kind, place);

    node->operands.left  = left;
    node->operands.right = right;
    return node;
}

/* "!x", "(x)" or a value. */
static struct node *parse_unary(struct parser *parser)
{
    const char *start = parser->at;
    struct node *node;

    if (starts_with_word(parser, "not"))
        parser->at += 3;
    else if (!parse_take(parser, '!')) {
        if (!parse_take(parser, '('))
            return parse_argument(parser);
        node = parse_expression(parser);
        if (!node)
            return NULL;
        if (parse_take(parser, ')'))
            return node;
        parse_fail(parser, parser->at < parser->end ? parser->at : start,
                   "expected an operator or ')'");
        return NULL;
    }
    parse_skip_space(parser);
    if (!parse_enter(parser))
        return NULL;
    node = parse_unary(parser);
    parse_leave(parser);
    return node ? new_operation(parser, NODE_NOT, node, NULL, start) : NULL;
}

/* By precedence, the loosest first; of two that begin alike the longer one first. */
static const struct {
    const char *word;
    enum node_kind kind;
    enum number_operation operation;
    unsigned level;
} operators[] = {
    {"||",  NODE_OR,            0,               0},
    {"or",  NODE_OR,            0,               0},
    {"&&",  NODE_AND,           0,               1},
    {"and", NODE_AND,           0,               1},
    {"==",  NODE_EQUAL,         0,               2},
    {"eq",  NODE_EQUAL,         0,               2},
    {"!=",  NODE_NOT_EQUAL,     0,               2},
    {"ne",  NODE_NOT_EQUAL,     0,               2},
    {"<=",  NODE_LESS_EQUAL,    0,               3},
    {"le",  NODE_LESS_EQUAL,    0,               3},
    {"<",   NODE_LESS,          0,               3},
    {"lt",  NODE_LESS,          0,               3},
    {">=",  NODE_GREATER_EQUAL, 0,               3},
    {"ge",  NODE_GREATER_EQUAL, 0,               3},
    {">",   NODE_GREATER,       0,               3},
    {"gt",  NODE_GREATER,       0,               3},
    {"+",   NODE_CALCULATION,   NUMBER_ADD,      4},
    {"-",   NODE_CALCULATION,   NUMBER_SUBTRACT, 4},
    {"*",   NODE_CALCULATION,   NUMBER_MULTIPLY, 5},
    {"/",   NODE_CALCULATION,   NUMBER_DIVIDE,   5},
    {"%",   NODE_CALCULATION,   NUMBER_MODULO,   5},
};

#define OPERATOR_LEVELS 6

/* The operator at hand; what has none is a count of all. "-" before a digit is the number's. */
static size_t next_operator(const struct parser *parser)
{
    size_t count = sizeof operators / sizeof operators[0];

    for (size_t i = 0; i < count; i++) {
        const char *word = operators[i].word;

        if (*word >= 'a' && *word <= 'z' ? starts_with_word(parser, word)
                                         : starts_with(parser, word)) {
            bool is_whole;

            return *word == '-' && number_end(parser, parser->at, &is_whole) > parser->at ? count
                                                                                          : i;
        }
    }
    return count;
}

/* All operators are left-associative; those of a level have operands of the next one. */
static struct node *parse_operators(struct parser *parser, unsigned level)
{
    struct node *left;

    if (level == OPERATOR_LEVELS)
        return parse_unary(parser);
    left = parse_operators(parser, level + 1);
    for (;;) {
        const char *place;
        struct node *right;
        size_t found;

        parse_skip_space(parser);
        found = left ? next_operator(parser) : sizeof operators / sizeof operators[0];
        if (found == sizeof operators / sizeof operators[0] || operators[found].level != level)
            return left;
        place = parser->at;
        parser->at += strlen(operators[found].word);
        parse_skip_space(parser);
        right = parse_operators(parser, level + 1);
        if (!right)
            return NULL;
        left            = new_operation(parser, operators[found].kind, left, right, place);
        left->operation = operators[found].operation;
    }
}

struct node *parse_expression(struct parser *parser)
{
    struct node *node;

    if (!parse_enter(parser))
        return NULL;
    parse_skip_space(parser);
    node = parse_operators(parser, 0);
    parse_leave(parser);
    return node;
}
