/* The steps of a JSONPath. */

#include <string.h>

#include "base/arena.h"
#include "template/limits.h"
#include "template/value_path_state.h"

static bool parse_steps(struct path_parser *parser, struct value_path *path, bool is_inner);

bool path_fail(struct path_parser *parser, const char *problem)
{
    if (!parser->problem)
        parser->problem = problem;
    return false;
}

void path_skip_space(struct path_parser *parser)
{
    while (parser->at < parser->end && *parser->at == ' ')
        parser->at++;
}

bool path_take(struct path_parser *parser, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(parser->end - parser->at) < size || memcmp(parser->at, word, size) != 0)
        return false;
    parser->at += size;
    return true;
}

static bool is_next(const struct path_parser *parser, char character)
{
    return parser->at < parser->end && *parser->at == character;
}

/* At a quote. A backslash keeps the character behind it from ending the string. */
bool path_parse_string(struct path_parser *parser, struct value *string)
{
    char quote        = *parser->at++;
    const char *start = parser->at;
    char *copy        = arena_new(parser->arena, (size_t)(parser->end - start) + 1);
    size_t size       = 0;

    for (; parser->at < parser->end; parser->at++) {
        if (*parser->at == quote) {
            parser->at++;
            *string = value_string(copy, size);
            return true;
        }
        if (*parser->at == '\\' && parser->at + 1 < parser->end)
            parser->at++;
        copy[size++] = *parser->at;
    }
    return path_fail(parser, "a name without its closing quote");
}

static bool parse_integer(struct path_parser *parser, long *integer)
{
    bool is_negative  = path_take(parser, "-");
    const char *start = parser->at;

    *integer = 0;
    while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9') {
        if (*integer > 100000000)
            return path_fail(parser, "an index is too large");
        *integer = *integer * 10 + (*parser->at++ - '0');
    }
    if (parser->at == start)
        return path_fail(parser, "expected an index, a name in quotes, '*' or '?('");
    if (is_negative)
        *integer = -*integer;
    return true;
}

static bool parse_names(struct path_parser *parser, struct path_step *step)
{
    struct path_name **end = &step->names;

    step->kind = PATH_NAMES;
    do {
        struct path_name *name = arena_new(parser->arena, sizeof *name);

        path_skip_space(parser);
        if (!is_next(parser, '\'') && !is_next(parser, '"'))
            return path_fail(parser, "expected a name in quotes");
        if (!path_parse_string(parser, &name->name))
            return false;
        *end = name;
        end  = &name->next;
        path_skip_space(parser);
    } while (path_take(parser, ","));
    return true;
}

/* "1", "0,2", "1:3", ":2", "-2:" */
static bool parse_indexes(struct path_parser *parser, struct path_step *step)
{
    struct path_index **end = &step->indexes;
    struct path_index *index;

    step->kind = PATH_INDEXES;
    if (!is_next(parser, ':')) {
        do {
            index = arena_new(parser->arena, sizeof *index);
            path_skip_space(parser);
            if (!parse_integer(parser, &index->index))
                return false;
            *end = index;
            end  = &index->next;
            path_skip_space(parser);
        } while (path_take(parser, ","));
        step->from     = step->indexes->index;
        step->has_from = true;
    }
    if (!path_take(parser, ":"))
        return true;
    step->kind = PATH_SLICE;
    path_skip_space(parser);
    step->has_to = !is_next(parser, ']') && !is_next(parser, ':');
    if (step->has_to && !parse_integer(parser, &step->to))
        return false;
    if (path_take(parser, ":")) { /* a step, which is ignored */
        long ignored;

        return is_next(parser, ']') || parse_integer(parser, &ignored);
    }
    return true;
}

/* Behind '['. */
static bool parse_brackets(struct path_parser *parser, struct path_step *step)
{
    bool is_parsed;

    path_skip_space(parser);
    if (path_take(parser, "*")) {
        step->kind = PATH_EACH;
        is_parsed  = true;
    } else if (path_take(parser, "?")) {
        path_skip_space(parser);
        step->kind = PATH_FILTER;
        if (!path_take(parser, "("))
            return path_fail(parser, "expected '(' behind '?'");
        step->condition = path_parse_condition(parser);
        is_parsed       = step->condition != NULL;
    } else if (is_next(parser, '\'') || is_next(parser, '"')) {
        is_parsed = parse_names(parser, step);
    } else {
        is_parsed = parse_indexes(parser, step);
    }
    path_skip_space(parser);
    return is_parsed && (path_take(parser, "]") || path_fail(parser, "expected ']'"));
}

static bool ends_name(char character, bool is_inner)
{
    return strchr(is_inner ? ".[ ]()=<>!&|," : ".[ ]", character) && character != '\0';
}

/* Behind '.'. */
static bool parse_plain_name(struct path_parser *parser, struct path_step *step, bool is_inner)
{
    const char *start = parser->at;

    if (path_take(parser, "*")) {
        step->kind = PATH_EACH;
        return true;
    }
    while (parser->at < parser->end && !ends_name(*parser->at, is_inner))
        parser->at++;
    if (parser->at == start)
        return path_fail(parser, "expected a name behind '.'");
    if (is_next(parser, ' ') && !is_inner)
        return path_fail(parser, "a name with a space is written in brackets: ['a b']");
    step->kind        = PATH_NAMES;
    step->names       = arena_new(parser->arena, sizeof *step->names);
    step->names->name = value_string(start, (size_t)(parser->at - start));
    return true;
}

static bool is_definite(const struct path_step *step)
{
    return step->kind == PATH_NAMES || (step->kind == PATH_INDEXES && !step->indexes->next);
}

static bool parse_step(struct path_parser *parser, struct path_step *step, bool is_inner)
{
    if (path_take(parser, "..")) {
        step->kind = PATH_DEEP;
        if (parser->at == parser->end)
            return path_fail(parser, "a path can't end with '..'");
        if (is_next(parser, '['))
            return true;
        step->next = arena_new(parser->arena, sizeof *step);
        return parse_plain_name(parser, step->next, is_inner);
    }
    if (path_take(parser, "."))
        return parse_plain_name(parser, step, is_inner);
    if (path_take(parser, "["))
        return parse_brackets(parser, step);
    return path_fail(parser, "expected '.' or '['");
}

static bool parse_steps(struct path_parser *parser, struct value_path *path, bool is_inner)
{
    struct path_step **end = &path->steps;

    path->is_definite = true;
    while (parser->at < parser->end) {
        struct path_step *step;

        if (is_inner && *parser->at != '.' && *parser->at != '[')
            return true;
        if (++parser->steps > JSON_PATH_STEPS_MAX)
            return path_fail(parser, "a path has too many steps");
        step = arena_new(parser->arena, sizeof *step);
        if (!parse_step(parser, step, is_inner))
            return false;
        *end = step;
        for (; step; step = step->next) {
            path->is_definite = path->is_definite && is_definite(step);
            end               = &step->next;
        }
    }
    return true;
}

struct value_path *path_parse_inner(struct path_parser *parser)
{
    struct value_path *path = arena_new(parser->arena, sizeof *path);

    parser->at++;
    return parse_steps(parser, path, true) ? path : NULL;
}

struct value_path *value_path_new(struct arena *arena, const char *string, size_t size,
                                  const char **problem)
{
    struct path_parser parser = {.arena = arena, .at = string, .end = string + size};
    struct value_path *path   = arena_new(arena, sizeof *path);
    bool is_parsed;

    path_skip_space(&parser);
    while (parser.end > parser.at && parser.end[-1] == ' ')
        parser.end--;
    if (parser.at == parser.end)
        is_parsed = path_fail(&parser, "a path can't be empty");
    else if (*parser.at == '$' || *parser.at == '@')
        is_parsed = parser.at++ && parse_steps(&parser, path, false);
    else if (*parser.at == '[' || *parser.at == '.')
        is_parsed = parse_steps(&parser, path, false);
    else { /* "a.b" is "$.a.b" */
        struct value_path rest = {0};

        path->steps = arena_new(arena, sizeof *path->steps);
        is_parsed =
            parse_plain_name(&parser, path->steps, false) && parse_steps(&parser, &rest, false);
        path->is_definite = rest.is_definite && path->steps->kind == PATH_NAMES;
        path->steps->next = rest.steps;
    }
    if (!is_parsed && problem)
        *problem = parser.problem;
    return is_parsed ? path : NULL;
}
