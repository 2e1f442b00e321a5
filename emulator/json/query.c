#include "json/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/token.h"

/* Digits of an index; more elements than that fit in no message. */
#define INDEX_DIGITS_MAX 9

struct parser {
    struct arena *arena;
    const char *at;
    enum query_end end;
    struct text *error;
    struct query_step steps[QUERY_STEPS_MAX];
    size_t count;
};

static bool fail(struct parser *parser, const char *message)
{
    text_clear(parser->error);
    text_append_string(parser->error, message);
    return false;
}

static bool add_step(struct parser *parser, struct query_step step)
{
    if (parser->count == QUERY_STEPS_MAX)
        return fail(parser, "the path has too many steps: 32 are allowed");
    parser->steps[parser->count++] = step;
    return true;
}

static bool add_name(struct parser *parser, const char *name, size_t size)
{
    const struct json_step step = {.name = arena_copy(parser->arena, name, size), .size = size};

    return add_step(parser, (struct query_step){.kind = QUERY_NAME, .step = step});
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static void skip_blanks(struct parser *parser)
{
    while (is_blank(*parser->at))
        parser->at++;
}

/* Without braces, whatever else stands behind a variable is text. */
static bool is_plain_name_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '-' ||
           (unsigned char)character >= 0x80;
}

static bool is_name_character(const struct parser *parser, char character)
{
    if (parser->end == QUERY_ENDS_WITH_NAME)
        return is_plain_name_character(character);
    if (parser->end == QUERY_ENDS_WITH_BRACE && character == '}')
        return false;
    return character != '\0' && !strchr(".[]() \t", character);
}

static bool parse_name(struct parser *parser)
{
    const char *start = parser->at;

    while (is_name_character(parser, *parser->at))
        parser->at++;
    if (*parser->at == '(')
        return fail(parser, "functions are not supported in a path");
    if (parser->at > start)
        return add_name(parser, start, (size_t)(parser->at - start));
    if (parser->end == QUERY_ENDS_WITH_NAME && *parser->at != '\0')
        return fail(parser, "a name is missing after '.': put the variable in braces, ${…}, if it "
                            "ends there or its name has special characters");
    return fail(parser, "a name is missing after '.'");
}

static bool parse_name_or_star(struct parser *parser)
{
    if (*parser->at != '*')
        return parse_name(parser);
    parser->at++;
    return add_step(parser, (struct query_step){.kind = QUERY_EACH});
}

/* At the opening quote; a backslash makes the next character an ordinary one. */
static bool parse_quoted_name(struct parser *parser)
{
    SCOPED_TEXT name = {0};
    char quote       = *parser->at++;

    for (; *parser->at != quote; parser->at++) {
        if (*parser->at == '\\')
            parser->at++;
        if (*parser->at == '\0')
            return fail(parser, "the closing quote of a name is missing");
        text_append_character(&name, *parser->at);
    }
    parser->at++;
    return add_name(parser, text_string(&name), name.size);
}

static bool parse_index(struct parser *parser)
{
    bool from_end     = *parser->at == '-';
    const char *start = parser->at + from_end;
    size_t digits     = strspn(start, "0123456789");
    size_t index;

    if (digits == 0)
        return fail(parser, "an index is missing after '-'");
    if (digits > INDEX_DIGITS_MAX)
        return fail(parser, "an index has at most 9 digits");
    index      = strtoul(start, NULL, 10);
    parser->at = start + digits;
    return add_step(parser, (struct query_step){
                                .kind = from_end ? QUERY_INDEX_FROM_END : QUERY_INDEX,
                                .step = {.index = index},
                            });
}

static bool parse_selector(struct parser *parser)
{
    switch (*parser->at) {
    case '*':
        return parse_name_or_star(parser);
    case '\'':
    case '"':
        return parse_quoted_name(parser);
    case '?':
        return fail(parser, "filters, [?(…)], are not supported in a path");
    case ':':
        return fail(parser, "slices, [1:3], are not supported in a path");
    case '\0':
        return fail(parser, "the closing ']' is missing");
    case ']':
        return fail(parser, "an index, '*' or a quoted name is missing in []");
    default:
        if (*parser->at == '-' || (*parser->at >= '0' && *parser->at <= '9'))
            return parse_index(parser);
        return fail(parser, "in brackets stands an index, '*' or a name in quotes: ['name']");
    }
}

/* Behind the opening bracket. */
static bool parse_brackets(struct parser *parser)
{
    skip_blanks(parser);
    if (!parse_selector(parser))
        return false;
    skip_blanks(parser);
    if (*parser->at == ':')
        return fail(parser, "slices, [1:3], are not supported in a path");
    if (*parser->at == ',')
        return fail(parser, "several names or indexes in one [] are not supported in a path");
    if (*parser->at != ']')
        return fail(parser, "the closing ']' is missing");
    parser->at++;
    return true;
}

/* Two of them would let a deeply nested message cost the square of its depth. */
static bool add_deep_step(struct parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        if (parser->steps[i].kind == QUERY_DEEP)
            return fail(parser, "only one '..' is supported in a path");
    }
    return add_step(parser, (struct query_step){.kind = QUERY_DEEP});
}

/* At the dot. */
static bool parse_dots(struct parser *parser)
{
    parser->at++;
    if (*parser->at == '.') {
        parser->at++;
        if (!add_deep_step(parser))
            return false;
    }
    if (*parser->at != '[')
        return parse_name_or_star(parser);
    parser->at++;
    return parse_brackets(parser);
}

/* A dot between two variables without braces is text. */
static bool is_text_dot(const struct parser *parser)
{
    return parser->end == QUERY_ENDS_WITH_NAME && (parser->at[1] == '$' || parser->at[1] == '\\');
}

static bool parse_steps(struct parser *parser)
{
    for (;;) {
        bool is_good;

        if (*parser->at == '.' && !is_text_dot(parser)) {
            is_good = parse_dots(parser);
        } else if (*parser->at == '[') {
            parser->at++;
            is_good = parse_brackets(parser);
        } else {
            break;
        }
        if (!is_good)
            return false;
    }
    if (parser->end == QUERY_ENDS_WITH_BRACE && *parser->at == '\0')
        return fail(parser, "the closing '}' is missing");
    if ((parser->end == QUERY_ENDS_WITH_BRACE && *parser->at != '}') ||
        (parser->end == QUERY_ENDS_WITH_TEXT && *parser->at != '\0'))
        return fail(parser, "this character can't stand in a path: put the name in brackets and "
                            "quotes, ['my name']");
    return true;
}

static bool is_plain(const struct query_step *step)
{
    return step->kind == QUERY_NAME || step->kind == QUERY_INDEX;
}

/* Divides the steps into those for json_scan() and the rest. */
static void divide(const struct parser *parser, struct query *query)
{
    struct json_step *plain = arena_new(parser->arena, parser->count * sizeof *plain);
    size_t plain_count      = 0;

    while (plain_count < parser->count && is_plain(&parser->steps[plain_count])) {
        plain[plain_count] = parser->steps[plain_count].step;
        plain_count++;
    }
    *query = (struct query){
        .plain = {plain, plain_count},
        .count = parser->count - plain_count,
    };
    query->steps = arena_new(parser->arena, query->count * sizeof *query->steps);
    for (size_t i = 0; i < query->count; i++) {
        query->steps[i] = parser->steps[plain_count + i];
        if (query->steps[i].kind == QUERY_EACH || query->steps[i].kind == QUERY_DEEP)
            query->is_list = true;
    }
}

bool query_parse(struct query *query, struct arena *arena, const char **at, enum query_end end,
                 struct text *error)
{
    struct parser parser = {.arena = arena, .at = *at, .end = end, .error = error};
    bool is_good         = parse_steps(&parser);

    *at = parser.at;
    if (is_good)
        divide(&parser, query);
    return is_good;
}

struct walk {
    const struct query *query;
    bool (*visit)(void *owner, const struct json_span *value);
    void *owner;
};

/* Each of these returns false once visit has had enough. */
static bool walk_from(const struct walk *walk, size_t at, const struct json_span *value);

static bool walk_name(const struct walk *walk, size_t at, const struct json_span *value)
{
    const struct json_step *step = &walk->query->steps[at].step;
    struct json_cursor cursor    = json_cursor_begin(value);
    struct json_span name;
    struct json_span member;
    struct json_span found = {0};

    if (value->kind != JSON_OBJECT)
        return true;
    while (json_cursor_next(&cursor, &name, &member)) {
        if (token_string_equals(name.data + 1, name.size - 2, step->name, step->size))
            found = member;
    }
    return found.data ? walk_from(walk, at + 1, &found) : true;
}

static size_t count_elements(const struct json_span *array)
{
    struct json_cursor cursor = json_cursor_begin(array);
    struct json_span name;
    struct json_span element;
    size_t count = 0;

    while (json_cursor_next(&cursor, &name, &element))
        count++;
    return count;
}

static bool walk_index(const struct walk *walk, size_t at, const struct json_span *array,
                       size_t index)
{
    struct json_cursor cursor = json_cursor_begin(array);
    struct json_span name;
    struct json_span element;

    for (size_t i = 0; json_cursor_next(&cursor, &name, &element); i++) {
        if (i == index)
            return walk_from(walk, at + 1, &element);
    }
    return true;
}

static bool walk_index_from_end(const struct walk *walk, size_t at, const struct json_span *array)
{
    size_t count    = count_elements(array);
    size_t from_end = walk->query->steps[at].step.index;

    if (from_end == 0) /* [-0] */
        return walk_index(walk, at, array, 0);
    return from_end <= count ? walk_index(walk, at, array, count - from_end) : true;
}

static bool walk_each(const struct walk *walk, size_t at, const struct json_span *value)
{
    struct json_cursor cursor = json_cursor_begin(value);
    struct json_span name;
    struct json_span child;

    while (json_cursor_next(&cursor, &name, &child)) {
        if (!walk_from(walk, at + 1, &child))
            return false;
    }
    return true;
}

/* The value itself comes before what is in it. */
static bool walk_deep(const struct walk *walk, size_t at, const struct json_span *value)
{
    struct json_cursor cursor = json_cursor_begin(value);
    struct json_span name;
    struct json_span child;

    if (!walk_from(walk, at + 1, value))
        return false;
    while (json_cursor_next(&cursor, &name, &child)) {
        if ((child.kind == JSON_OBJECT || child.kind == JSON_ARRAY) && !walk_deep(walk, at, &child))
            return false;
    }
    return true;
}

/* Recursion is bounded by the steps and by JSON_DEPTH_MAX. */
static bool walk_from(const struct walk *walk, size_t at, const struct json_span *value)
{
    if (at == walk->query->count)
        return walk->visit(walk->owner, value);
    switch (walk->query->steps[at].kind) {
    case QUERY_NAME:
        return walk_name(walk, at, value);
    case QUERY_INDEX:
        return value->kind != JSON_ARRAY ||
               walk_index(walk, at, value, walk->query->steps[at].step.index);
    case QUERY_INDEX_FROM_END:
        return value->kind != JSON_ARRAY || walk_index_from_end(walk, at, value);
    case QUERY_EACH:
        return walk_each(walk, at, value);
    case QUERY_DEEP:
        return walk_deep(walk, at, value);
    }
    return true;
}

void query_each(const struct query *query, const struct json_span *start,
                bool (*visit)(void *owner, const struct json_span *value), void *owner)
{
    const struct walk walk = {.query = query, .visit = visit, .owner = owner};

    if (start->data)
        walk_from(&walk, 0, start);
}
