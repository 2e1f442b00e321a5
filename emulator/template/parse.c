#include "template/parse.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "template/limits.h"

bool parse_fail(struct parser *parser, const char *place, const char *format, ...)
{
    struct mapping_error *error = parser->error;
    const char *start           = parser->template->source;
    va_list arguments;

    if (parser->origin)
        place = start + parser->offset;
    error->line   = 1;
    error->column = 1;
    for (; start < place; start++) {
        error->column++;
        if (*start == '\n') {
            error->line++;
            error->column = 1;
        }
    }
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return false;
}

bool parse_enter(struct parser *parser)
{
    if (parser->depth == TEMPLATE_DEPTH_MAX)
        return parse_fail(parser, parser->at, "nested deeper than %d levels", TEMPLATE_DEPTH_MAX);
    parser->depth++;
    return true;
}

void parse_leave(struct parser *parser)
{
    parser->depth--;
}

struct node *parse_node(struct parser *parser, enum node_kind kind, const char *place)
{
    struct node *node = arena_new(&parser->template->arena, sizeof *node);

    node->kind   = kind;
    node->offset = parser->origin ? parser->offset : (size_t)(place - parser->template->source);
    return node;
}

void parse_append(struct block *block, struct node *node)
{
    *block->end = node;
    block->end  = &node->next;
}

static void append_text(struct parser *parser, struct block *block, const char *start,
                        const char *end)
{
    struct node *node;

    if (start == end)
        return;
    node           = parse_node(parser, NODE_TEXT, start);
    node->constant = value_string(start, (size_t)(end - start));
    parse_append(block, node);
}

size_t parse_variable(struct parser *parser, const char *name, size_t size)
{
    struct mapping_template *template = parser->template;
    void *found                       = map_find_bytes(&template->variables, name, size);

    if (!found) {
        found = (void *)(uintptr_t)++ template->variable_count;
        map_put(&template->variables, arena_copy(&template->arena, name, size), found);
    }
    return (size_t)(uintptr_t)found - 1;
}

void parse_skip_space(struct parser *parser)
{
    while (parser->at < parser->end && strchr(" \t\r\n", *parser->at) && *parser->at != '\0')
        parser->at++;
}

bool parse_is_next(const struct parser *parser, char character)
{
    return parser->at < parser->end && *parser->at == character;
}

bool parse_take(struct parser *parser, char character)
{
    if (!parse_is_next(parser, character))
        return false;
    parser->at++;
    return true;
}

/* at, or the place behind the line end there. */
static const char *line_end(const struct parser *parser, const char *at)
{
    if (at < parser->end && *at == '\r')
        return at + 1 < parser->end && at[1] == '\n' ? at + 2 : at + 1;
    return at < parser->end && *at == '\n' ? at + 1 : at;
}

void parse_skip_line_end(struct parser *parser)
{
    const char *at = parser->at;
    const char *behind;

    while (at < parser->end && (*at == ' ' || *at == '\t'))
        at++;
    behind = line_end(parser, at);
    if (behind > at)
        parser->at = behind;
}

const char *parse_name_end(const struct parser *parser, const char *place)
{
    const char *at = place;

    while (at < parser->end &&
           ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
            (at > place && ((*at >= '0' && *at <= '9') || *at == '-'))))
        at++;
    return at;
}

/* The place where what is found begins, or NULL. */
static const char *find(const char *at, const char *end, const char *wanted)
{
    return at < end ? memmem(at, (size_t)(end - at), wanted, strlen(wanted)) : NULL;
}

/* "##", "#*" and "#[[": comments and verbatim text. False if there is none, or it is broken. */
static bool parse_comment(struct parser *parser, struct block *block, bool *is_broken)
{
    const char *start = parser->at;
    size_t left       = (size_t)(parser->end - start);
    const char *found;

    if (left >= 2 && start[1] == '#') {
        while (parser->at < parser->end && *parser->at != '\n' && *parser->at != '\r')
            parser->at++;
        parser->at = line_end(parser, parser->at);
        return true;
    }
    if (left >= 2 && start[1] == '*') {
        found      = find(start + 2, parser->end, "*#");
        parser->at = found ? found + 2 : parser->end;
        return true;
    }
    if (left < 3 || start[1] != '[' || start[2] != '[')
        return false;
    found = find(start + 3, parser->end, "]]#");
    if (!found) {
        *is_broken = true;
        return parse_fail(parser, start, "'#[[' without ']]#'");
    }
    append_text(parser, block, start + 3, found);
    parser->at = found + 3;
    return true;
}

/* Backslashes before a reference or directive: half of them are shown, and an odd one makes what
 * follows text. Before anything else they are text themselves. */
static bool parse_backslashes(struct parser *parser, struct block *block)
{
    const char *start = parser->at;
    const char *at    = start;
    const char *behind;
    size_t count;
    bool is_directive;

    while (at < parser->end && *at == '\\')
        at++;
    count        = (size_t)(at - start);
    parser->at   = at;
    is_directive = at < parser->end && *at == '#' &&
                   parse_directive_word(parser, at, &behind) < DIRECTIVE_UNKNOWN &&
                   parse_directive_word(parser, at, &behind) != DIRECTIVE_NONE;
    if (!is_directive &&
        (at == parser->end || *at != '$' || parse_reference_mark(parser, at) == 0)) {
        append_text(parser, block, start, at);
        return true;
    }
    append_text(parser, block, start, start + count / 2);
    if (count % 2 == 0)
        return true;
    if (is_directive)
        parser->at = behind;
    else if (!parse_reference(parser))
        return false;
    append_text(parser, block, at, parser->at);
    return true;
}

/* At '$'. */
static bool parse_dollar(struct parser *parser, struct block *block)
{
    const char *start = parser->at;
    struct node *reference;

    if (parse_reference_mark(parser, start) > 0) {
        reference = parse_reference(parser);
        if (reference)
            parse_append(block, reference);
        return reference != NULL;
    }
    if (start + 1 == parser->end && !parser->in_string)
        return parse_fail(parser, start, "'$' can't be the last character of a template");
    parser->at++;
    append_text(parser, block, start, parser->at);
    parse_take(parser, '!'); /* as Velocity does: of "$!" without a name only '$' is shown */
    return true;
}

/* Plain text up to what may be anything else. Blanks before #set belong to it if they come right
 * behind something that isn't plain text, which is where this begins. */
static void parse_text(struct parser *parser, struct block *block)
{
    const char *start = parser->at;
    const char *at    = start;
    const char *behind;

    while (at < parser->end && (*at == ' ' || *at == '\t'))
        at++;
    if (at < parser->end && *at == '#' &&
        parse_directive_word(parser, at, &behind) == DIRECTIVE_SET) {
        parser->at = at;
        return;
    }
    while (at < parser->end && *at != '$' && *at != '#' && *at != '\\')
        at++;
    parser->at = at;
    append_text(parser, block, start, at);
}

/* What stands at '#': ends the block with anything but BLOCK_OUT, which means to go on. */
static enum block_end parse_hash(struct parser *parser, struct block *block)
{
    const char *start = parser->at;
    const char *behind;
    bool is_broken = false;
    enum directive directive;

    if (parse_comment(parser, block, &is_broken))
        return BLOCK_OUT;
    if (is_broken)
        return BLOCK_FAILED;
    directive  = parse_directive_word(parser, start, &behind);
    parser->at = directive == DIRECTIVE_NONE ? start + 1 : behind;
    if (directive == DIRECTIVE_NONE) {
        append_text(parser, block, start, parser->at);
        return BLOCK_OUT;
    }
    if (directive == DIRECTIVE_ELSEIF)
        return BLOCK_ELSEIF;
    if (directive == DIRECTIVE_ELSE || directive == DIRECTIVE_END) {
        parse_skip_line_end(parser);
        return directive == DIRECTIVE_ELSE ? BLOCK_ELSE : BLOCK_AT_END;
    }
    return parse_directive(parser, directive, start, block) ? BLOCK_OUT : BLOCK_FAILED;
}

enum block_end parse_block(struct parser *parser, struct block *block)
{
    enum block_end end = BLOCK_OUT;

    *block = (struct block){.end = &block->first};
    if (!parse_enter(parser))
        return BLOCK_FAILED;
    while (parser->at < parser->end && end == BLOCK_OUT) {
        bool is_done = true;

        if (*parser->at == '#')
            end = parse_hash(parser, block);
        else if (*parser->at == '$')
            is_done = parse_dollar(parser, block);
        else if (*parser->at == '\\')
            is_done = parse_backslashes(parser, block);
        else
            parse_text(parser, block);
        if (!is_done)
            end = BLOCK_FAILED;
    }
    parse_leave(parser);
    return end;
}
