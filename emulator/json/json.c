#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/build.h"
#include "json/token.h"

struct parser {
    struct arena *arena;
    const char *at;
    const char *end;
    const char *line_start;
    unsigned line;
    struct json_error *error;
    bool takes_twins; /* of members with the same name the last one */
};

static bool parse_value(struct parser *parser, unsigned depth, struct json *value);

/* Says what is wrong at place, which is on the current line. */
static bool fail(struct parser *parser, const char *place, const char *message)
{
    parser->error->line    = parser->line;
    parser->error->column  = (unsigned)(place - parser->line_start) + 1;
    parser->error->message = message;
    return false;
}

/* Lines are counted here: a line end elsewhere is an error. */
static void skip_space(struct parser *parser)
{
    const char *end = token_skip_space(parser->at, parser->end);

    for (; parser->at < end; parser->at++) {
        if (*parser->at == '\n') {
            parser->line++;
            parser->line_start = parser->at + 1;
        }
    }
}

static bool is_next(const struct parser *parser, char character)
{
    return parser->at < parser->end && *parser->at == character;
}

static bool take(struct parser *parser, char character)
{
    if (!is_next(parser, character))
        return false;
    parser->at++;
    return true;
}

static void mark(const struct parser *parser, struct json *value)
{
    value->line   = parser->line;
    value->column = (unsigned)(parser->at - parser->line_start) + 1;
}

/* Finds out what token_string_end() disliked in the string whose opening quote is at start. */
static bool fail_string(struct parser *parser, const char *start)
{
    for (const char *at = start + 1; at < parser->end; at++) {
        const char *escape = at;

        if (*at == '\n' || *at == '\r')
            return fail(parser, start, "a string must end on its line: its '\"' is missing");
        if ((unsigned char)*at < 0x20)
            return fail(parser, at,
                        "a control character in a string must be escaped (\\t, \\u0001)");
        if (*at != '\\')
            continue;
        at = token_escape_end(at + 1, parser->end);
        if (!at)
            return fail(parser, escape, "unknown escape in a string: write '\\\\' for a backslash");
        at--;
    }
    return fail(parser, start, "a string must end on its line: its '\"' is missing");
}

static bool parse_string(struct parser *parser, const char **string, size_t *size)
{
    const char *start = parser->at;
    const char *end   = token_string_end(start + 1, parser->end);
    char *decoded;

    if (!end)
        return fail_string(parser, start);
    if (!utf8_is_valid(start, (size_t)(end - start)))
        return fail(parser, start, "a string is not UTF-8: save the file in that encoding");
    decoded    = arena_new(parser->arena, (size_t)(end - start));
    *size      = token_string_decode(start + 1, (size_t)(end - start) - 2, decoded);
    *string    = decoded;
    parser->at = end;
    return true;
}

static bool parse_number(struct parser *parser, struct json *value)
{
    const char *start = parser->at;
    const char *end   = token_number_end(start, parser->end);

    if (!end)
        return fail(parser, start, "malformed number");
    value->kind   = JSON_NUMBER;
    value->size   = (size_t)(end - start);
    value->string = arena_copy(parser->arena, start, value->size);
    value->number = strtod(value->string, NULL);
    parser->at    = end;
    return true;
}

static bool parse_word(struct parser *parser, struct json *value)
{
    static const struct {
        const char *word;
        enum json_kind kind;
        bool boolean;
    } words[] = {
        {"true",  JSON_BOOLEAN, true },
        {"false", JSON_BOOLEAN, false},
        {"null",  JSON_NULL,    false},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *end =
            token_word_end(parser->at, parser->end, words[i].word, strlen(words[i].word));

        if (!end)
            continue;
        value->kind    = words[i].kind;
        value->boolean = words[i].boolean;
        parser->at     = end;
        return true;
    }
    return fail(parser, parser->at,
                "expected a value: a string, number, object, array, true, "
                "false or null");
}

/* A child of container, behind its other ones. */
static struct json *add_child(struct parser *parser, struct json *container)
{
    struct json *child = arena_new(parser->arena, sizeof *child);

    build_add(container, NULL, child);
    return child;
}

static bool parse_element(struct parser *parser, unsigned depth, struct json *array)
{
    struct json *element = add_child(parser, array);

    if (is_next(parser, ']'))
        return fail(parser, parser->at, "a comma before ']' is not allowed in JSON: remove it");
    mark(parser, element);
    return parse_value(parser, depth, element);
}

static bool parse_name(struct parser *parser, struct json *member)
{
    size_t size = 0;

    if (is_next(parser, '}'))
        return fail(parser, parser->at, "a comma before '}' is not allowed in JSON: remove it");
    mark(parser, member);
    if (!is_next(parser, '"'))
        return fail(parser, parser->at, "expected a name in double quotes");
    if (!parse_string(parser, &member->name, &size))
        return false;
    if (strlen(member->name) != size)
        return fail(parser, parser->at, "a name must not contain \\u0000");
    skip_space(parser);
    if (!take(parser, ':'))
        return fail(parser, parser->at, "expected ':' after a name");
    skip_space(parser);
    return true;
}

static bool parse_member(struct parser *parser, unsigned depth, struct json *object)
{
    struct json *member = add_child(parser, object);

    return parse_name(parser, member) && parse_value(parser, depth, member);
}

/* Leaves the last member of each name. */
static void drop_twins(struct json *object)
{
    struct json *member = object->first;
    struct map last     = {0};

    for (struct json *one = object->first; one; one = one->next)
        map_put(&last, one->name, one);
    object->first = NULL;
    object->last  = NULL;
    object->count = 0;
    while (member) {
        struct json *next = member->next;

        if (map_find(&last, member->name) == member) {
            if (object->last)
                object->last->next = member;
            else
                object->first = member;
            object->last = member;
            object->count++;
        }
        member->next = NULL;
        member       = next;
    }
    map_deinit(&last);
}

static bool check_names_differ(struct parser *parser, struct json *object)
{
    const struct json *first;
    const struct json *second = build_find_twin(parser->arena, object, &first);

    if (!second)
        return true;
    if (parser->takes_twins) {
        drop_twins(object);
        return true;
    }
    parser->error->line    = second->line;
    parser->error->column  = second->column;
    parser->error->message = arena_format(
        parser->arena, "\"%s\" is given twice (first in line %u): one of them would be ignored",
        second->name, first->line);
    return false;
}

static bool parse_children(struct parser *parser, unsigned depth, struct json *container,
                           bool (*parse_child)(struct parser *parser, unsigned depth,
                                               struct json *container),
                           char closing, const char *expected)
{
    if (depth >= JSON_DEPTH_MAX)
        return fail(
            parser, parser->at,
            arena_format(parser->arena, "nested too deep: %d levels are allowed", JSON_DEPTH_MAX));
    parser->at++;
    skip_space(parser);
    if (take(parser, closing))
        return true;
    for (;;) {
        if (!parse_child(parser, depth + 1, container))
            return false;
        skip_space(parser);
        if (take(parser, closing))
            return true;
        if (!take(parser, ','))
            return fail(parser, parser->at, expected);
        skip_space(parser);
    }
}

/* depth is the number of arrays and objects around the value, so the recursion is bounded. */
static bool parse_value(struct parser *parser, unsigned depth, struct json *value)
{
    if (parser->at == parser->end)
        return fail(parser, parser->at, "the text ends where a value is expected");
    switch (*parser->at) {
    case '{':
        value->kind = JSON_OBJECT;
        return parse_children(parser, depth, value, parse_member, '}', "expected ',' or '}'") &&
               check_names_differ(parser, value);
    case '[':
        value->kind = JSON_ARRAY;
        return parse_children(parser, depth, value, parse_element, ']', "expected ',' or ']'");
    case '"':
        value->kind = JSON_STRING;
        return parse_string(parser, &value->string, &value->size);
    case '\'':
        return fail(parser, parser->at, "JSON strings are written in double quotes");
    case '/':
        return fail(parser, parser->at, "JSON has no comments: remove it");
    default:
        if (*parser->at == '-' || (*parser->at >= '0' && *parser->at <= '9'))
            return parse_number(parser, value);
        return parse_word(parser, value);
    }
}

static bool parse_document(struct parser *parser, struct json *value)
{
    skip_space(parser);
    mark(parser, value);
    if (!parse_value(parser, 0, value))
        return false;
    skip_space(parser);
    if (parser->at < parser->end)
        return fail(parser, parser->at, "the document has ended, but more follows");
    return true;
}

static struct json *parse(struct parser *parser, const char *data, size_t size)
{
    struct json *value                  = arena_new(parser->arena, sizeof *value);
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    parser->at  = data ? data : "";
    parser->end = parser->at + (data ? size : 0);
    if (parser->end - parser->at >= 3 && memcmp(parser->at, byte_order_mark, 3) == 0)
        parser->at += 3;
    parser->line_start = parser->at;
    return parse_document(parser, value) ? value : NULL;
}

struct json *json_parse(struct arena *arena, const char *data, size_t size,
                        struct json_error *error)
{
    struct parser parser = {.arena = arena, .line = 1, .error = error};

    return parse(&parser, data, size);
}

struct json *json_parse_any(struct arena *arena, const char *data, size_t size,
                            struct json_error *error)
{
    struct parser parser = {.arena = arena, .line = 1, .error = error, .takes_twins = true};

    return parse(&parser, data, size);
}

struct json *json_find(const struct json *object, const char *name)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (struct json *member = object->first; member; member = member->next) {
        if (strcmp(member->name, name) == 0)
            return member;
    }
    return NULL;
}

const char *json_find_string(const struct json *object, const char *name)
{
    const struct json *member = json_find(object, name);

    return member && member->kind == JSON_STRING ? member->string : NULL;
}

const char *json_text(const struct json *value)
{
    if (!value)
        return NULL;
    switch (value->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        return value->string;
    case JSON_BOOLEAN:
        return value->boolean ? "true" : "false";
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return NULL;
}

const char *json_kind_name(enum json_kind kind)
{
    switch (kind) {
    case JSON_NULL:
        return "null";
    case JSON_BOOLEAN:
        return "true or false";
    case JSON_NUMBER:
        return "a number";
    case JSON_STRING:
        return "a string";
    case JSON_ARRAY:
        return "an array";
    case JSON_OBJECT:
        return "an object";
    }
    return "nothing";
}

static void print_children(const struct json *container, char opening, char closing,
                           struct text *out)
{
    text_append_character(out, opening);
    for (const struct json *child = container->first; child; child = child->next) {
        if (child != container->first)
            text_append_character(out, ',');
        if (container->kind == JSON_OBJECT) {
            text_append_json_string(out, child->name);
            text_append_character(out, ':');
        }
        json_print(child, out);
    }
    text_append_character(out, closing);
}

void json_print(const struct json *value, struct text *out)
{
    switch (value->kind) {
    case JSON_NULL:
        text_append_string(out, "null");
        break;
    case JSON_BOOLEAN:
        text_append_string(out, value->boolean ? "true" : "false");
        break;
    case JSON_NUMBER:
        text_append(out, value->string, value->size);
        break;
    case JSON_STRING:
        text_append_json(out, value->string, value->size);
        break;
    case JSON_ARRAY:
        print_children(value, '[', ']', out);
        break;
    case JSON_OBJECT:
        print_children(value, '{', '}', out);
        break;
    }
}
