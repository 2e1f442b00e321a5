/* Directives: #set, #if, #foreach and the others. */

#include <string.h>

#include "template/parse.h"

static const struct {
    const char *word;
    enum directive directive;
} directives[] = {
    {"set",     DIRECTIVE_SET    },
    {"if",      DIRECTIVE_IF     },
    {"elseif",  DIRECTIVE_ELSEIF },
    {"else",    DIRECTIVE_ELSE   },
    {"end",     DIRECTIVE_END    },
    {"foreach", DIRECTIVE_FOREACH},
    {"define",  DIRECTIVE_DEFINE },
    {"macro",   DIRECTIVE_MACRO  },
    {"break",   DIRECTIVE_BREAK  },
    {"stop",    DIRECTIVE_STOP   },
    {"literal", DIRECTIVE_LITERAL},
    {"parse",   DIRECTIVE_PARSE  },
    {"include", DIRECTIVE_INCLUDE},
};

static bool is_word(char character, bool is_first)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '_' || character == '@' ||
           (!is_first && character >= '0' && character <= '9');
}

/* #set is one only with its parenthesis. */
static bool has_parenthesis(const struct parser *parser, const char *at)
{
    while (at < parser->end && *at == ' ')
        at++;
    return at < parser->end && *at == '(';
}

enum directive parse_directive_word(const struct parser *parser, const char *place,
                                    const char **behind)
{
    const char *word = place + 1;
    bool is_braced   = word < parser->end && *word == '{';
    const char *end;

    word += is_braced;
    end = word;
    while (end < parser->end && is_word(*end, end == word))
        end++;
    if (end == word || (is_braced && (end == parser->end || *end != '}')))
        return DIRECTIVE_NONE;
    *behind = end + is_braced;
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        if (strlen(directives[i].word) != (size_t)(end - word) ||
            memcmp(directives[i].word, word, (size_t)(end - word)) != 0)
            continue;
        if (directives[i].directive == DIRECTIVE_SET && !has_parenthesis(parser, *behind))
            return DIRECTIVE_UNKNOWN;
        return directives[i].directive;
    }
    return DIRECTIVE_UNKNOWN;
}

/* "(" of the directive that began at start. */
static bool parse_opening(struct parser *parser, const char *start, const char *word)
{
    parse_skip_space(parser);
    if (parse_take(parser, '(')) {
        parse_skip_space(parser);
        return true;
    }
    return parse_fail(parser, start, "#%s without '('", word);
}

static bool parse_closing(struct parser *parser, const char *start, const char *word)
{
    parse_skip_space(parser);
    if (parse_take(parser, ')')) {
        parse_skip_line_end(parser);
        return true;
    }
    if (parser->at == parser->end)
        return parse_fail(parser, start, "#%s without ')'", word);
    if (*parser->at == '-')
        return parse_fail(parser, parser->at,
                          "'-' before a digit is its sign: write a space behind a minus");
    return parse_fail(parser, parser->at, "expected an operator or ')'");
}

/* A block up to its #end. */
static bool parse_body(struct parser *parser, struct block *block, const char *start,
                       const char *word)
{
    switch (parse_block(parser, block)) {
    case BLOCK_FAILED:
        return false;
    case BLOCK_AT_END:
        return true;
    case BLOCK_ELSE:
    case BLOCK_ELSEIF:
        return parse_fail(parser, parser->at, "#else without #if, in a #%s", word);
    case BLOCK_OUT:
        break;
    }
    return parse_fail(parser, start, "#%s without #end", word);
}

static bool parse_set(struct parser *parser, const char *start, struct block *block)
{
    struct node *node = parse_node(parser, NODE_SET, start);
    size_t mark;

    if (!parse_opening(parser, start, "set"))
        return false;
    mark = parse_is_next(parser, '$') ? parse_reference_mark(parser, parser->at) : 0;
    if (mark == 0)
        return parse_fail(parser, parser->at, "#set wants a reference first");
    /* As in Velocity, ${name} is accepted and nothing is assigned. */
    bool is_braced     = parser->at[mark - 1] == '{';
    struct node *found = parse_reference(parser);

    if (!found)
        return false;
    node->set.target = is_braced ? NULL : found;
    parse_skip_space(parser);
    if (!parse_take(parser, '='))
        return parse_fail(parser, parser->at, "expected '='");
    node->set.value = parse_expression(parser);
    if (!node->set.value || !parse_closing(parser, start, "set"))
        return false;
    parse_append(block, node);
    return true;
}

static bool parse_condition(struct parser *parser, const char *start, const char *word,
                            struct branch *branch)
{
    if (!parse_opening(parser, start, word))
        return false;
    branch->condition = parse_expression(parser);
    return branch->condition && parse_closing(parser, start, word);
}

static bool parse_if(struct parser *parser, const char *start, struct block *block)
{
    struct node *node   = parse_node(parser, NODE_IF, start);
    struct branch **end = &node->branches;
    enum block_end how  = BLOCK_ELSEIF;
    const char *word    = "if";
    bool is_else        = false;

    while (how != BLOCK_AT_END) {
        struct branch *branch = arena_new(&parser->template->arena, sizeof *branch);
        const char *place     = parser->at;

        *end = branch;
        end  = &branch->next;
        if (how == BLOCK_ELSEIF && !parse_condition(parser, start, word, branch))
            return false;
        word = "elseif";
        how  = parse_block(parser, &branch->block);
        if (how == BLOCK_FAILED)
            return false;
        if (how == BLOCK_OUT)
            return parse_fail(parser, start, "#if without #end");
        if (is_else && how != BLOCK_AT_END)
            return parse_fail(parser, place, "only #end can come after #else");
        is_else = how == BLOCK_ELSE;
    }
    parse_append(block, node);
    return true;
}

/* What is in parentheses must be "$x in list". Anything else of values and words is accepted and
 * prints nothing, as in Velocity. */
static bool parse_foreach(struct parser *parser, const char *start, struct block *block)
{
    struct node *node = parse_node(parser, NODE_FOREACH, start);
    bool is_whole     = false;

    if (!parse_opening(parser, start, "foreach"))
        return false;
    if (parse_is_next(parser, '$') && parse_reference_mark(parser, parser->at) > 0) {
        struct node *variable = parse_reference(parser);

        if (!variable)
            return false;
        node->foreach.variable = variable->reference.variable;
        parse_skip_space(parser);
        is_whole = parse_name_end(parser, parser->at) == parser->at + 2 &&
                   memcmp(parser->at, "in", 2) == 0;
        if (is_whole)
            parser->at += 2;
    }
    parse_skip_space(parser);
    if (!parse_is_next(parser, ')')) {
        struct node *list = parse_argument(parser);

        if (!list)
            return false;
        node->foreach.list = is_whole ? list : NULL;
    }
    if (!parse_closing(parser, start, "foreach") ||
        !parse_body(parser, &node->foreach.block, start, "foreach"))
        return false;
    parse_append(block, node);
    return true;
}

static bool parse_define(struct parser *parser, const char *start, struct block *block)
{
    struct node *node = parse_node(parser, NODE_DEFINE, start);
    struct node *variable;

    if (!parse_opening(parser, start, "define"))
        return false;
    if (!parse_is_next(parser, '$') || parse_reference_mark(parser, parser->at) == 0)
        return parse_fail(parser, parser->at, "#define wants a reference");
    variable = parse_reference(parser);
    if (!variable || !parse_closing(parser, start, "define") ||
        !parse_body(parser, &node->define.block, start, "define"))
        return false;
    node->define.variable = variable->reference.variable;
    parse_append(block, node);
    return true;
}

/* From '(' to the ')' that belongs to it, which is not consumed with its line end. */
static bool skip_parentheses(struct parser *parser, const char *start)
{
    unsigned depth = 0;

    for (; parser->at < parser->end; parser->at++) {
        char character = *parser->at;

        if (character == '"' || character == '\'') {
            const char *closing =
                memchr(parser->at + 1, character, (size_t)(parser->end - parser->at - 1));

            if (!closing)
                return parse_fail(parser, parser->at, "a string without its closing %c", character);
            parser->at = closing;
        } else if (character == '(') {
            depth++;
        } else if (character == ')' && --depth == 0) {
            parser->at++;
            return true;
        }
    }
    return parse_fail(parser, start, "'(' without ')'");
}

/* Definitions of macros are read and forgotten, as API Gateway allows none. */
static bool parse_macro(struct parser *parser, const char *start)
{
    struct block ignored;

    if (!parse_opening(parser, start, "macro"))
        return false;
    parser->at--;
    while (*parser->at != '(')
        parser->at--;
    if (!skip_parentheses(parser, start))
        return false;
    parse_skip_line_end(parser);
    return parse_body(parser, &ignored, start, "macro");
}

/* What is between #literal() and #end is shown as it is written, but must parse. */
static bool parse_literal(struct parser *parser, const char *start, struct block *block)
{
    struct block ignored;
    const char *text;
    struct node *node;

    if (!parse_opening(parser, start, "literal") || !parse_closing(parser, start, "literal"))
        return false;
    text = parser->at;
    if (!parse_body(parser, &ignored, start, "literal"))
        return false;
    /* Back to the last '#', which is that of #end or #{end}. */
    const char *end = parser->at;

    while (*--end != '#')
        ;
    node           = parse_node(parser, NODE_TEXT, text);
    node->constant = value_string(text, (size_t)(end - text));
    parse_append(block, node);
    return true;
}

/* A word that is no directive is text, and so are its arguments. */
static bool parse_unknown(struct parser *parser, const char *start, struct block *block)
{
    const char *word = parser->at;
    struct node *node;

    parse_skip_space(parser);
    if (!parse_is_next(parser, '('))
        parser->at = word;
    else if (!skip_parentheses(parser, start))
        return false;
    node           = parse_node(parser, NODE_TEXT, start);
    node->constant = value_string(start, (size_t)(parser->at - start));
    parse_append(block, node);
    return true;
}

bool parse_directive(struct parser *parser, enum directive directive, const char *start,
                     struct block *block)
{
    switch (directive) {
    case DIRECTIVE_SET:
        return parse_set(parser, start, block);
    case DIRECTIVE_IF:
        return parse_if(parser, start, block);
    case DIRECTIVE_FOREACH:
        return parse_foreach(parser, start, block);
    case DIRECTIVE_DEFINE:
        return parse_define(parser, start, block);
    case DIRECTIVE_MACRO:
        return parse_macro(parser, start);
    case DIRECTIVE_LITERAL:
        return parse_literal(parser, start, block);
    case DIRECTIVE_BREAK:
        parse_append(block, parse_node(parser, NODE_BREAK, start));
        return true;
    case DIRECTIVE_STOP:
        parse_append(block, parse_node(parser, NODE_STOP, start));
        return true;
    case DIRECTIVE_PARSE:
    case DIRECTIVE_INCLUDE:
        parse_append(block, parse_node(parser, NODE_REFUSED, start));
        parse_skip_space(parser);
        return !parse_is_next(parser, '(') || skip_parentheses(parser, start);
    case DIRECTIVE_NONE:
    case DIRECTIVE_ELSEIF:
    case DIRECTIVE_ELSE:
    case DIRECTIVE_END:
    case DIRECTIVE_UNKNOWN:
        break;
    }
    return parse_unknown(parser, start, block);
}
