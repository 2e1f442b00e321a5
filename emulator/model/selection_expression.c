#include "model/selection_expression.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "json/java_text.h"
#include "json/query.h"
#include "json/scanner.h"

/* Variables of one expression. */
#define VARIABLES_MAX 16

enum root {
    ROOT_BODY,
    ROOT_HEADER,
    ROOT_QUERY_STRING,
    ROOT_CONTEXT,
    ROOT_STAGE_VARIABLES,
    ROOT_ANSWER_STATUS, /* these are an integration's answer's */
    ROOT_ANSWER_HEADER,
    ROOT_ANSWER_HEADERS,
    ROOT_ANSWER_BODY,
};

#define BY_BODY ", whose route is chosen by the body"
#define BEFORE  ", but to the answer that an integration gives to them"

/* What a variable can begin with, and why messages have no such variables. */
static const struct {
    const char *name;
    const char *why_not;
} roots[] = {
    [ROOT_BODY]            = {"request.body",                          ""                            },
    [ROOT_HEADER]          = {"request.header",                        ", which have no headers"     },
    [ROOT_QUERY_STRING]    = {"request.querystring",                   ", which have no query string"},
    [ROOT_CONTEXT]         = {"context",                               BY_BODY                       },
    [ROOT_STAGE_VARIABLES] = {"stageVariables",                        BY_BODY                       },
    [ROOT_ANSWER_STATUS]   = {"integration.response.statuscode",       BEFORE                        },
    [ROOT_ANSWER_HEADER]   = {"integration.response.header",           BEFORE                        },
    [ROOT_ANSWER_HEADERS]  = {"integration.response.multivalueheader", BEFORE                        },
    [ROOT_ANSWER_BODY]     = {"integration.response.body",             BEFORE                        },
};

/* AWS: the routes of a message are chosen by its body alone; headers came with the handshake. */
#define MESSAGE_ROOTS (1u << ROOT_BODY)

/* AWS: templates of answers are chosen by the answer as well. */
#define ANSWER_ROOTS                                                                               \
    (MESSAGE_ROOTS | 1u << ROOT_ANSWER_STATUS | 1u << ROOT_ANSWER_HEADER |                         \
     1u << ROOT_ANSWER_HEADERS | 1u << ROOT_ANSWER_BODY)

/* Text as it stands, or a variable. */
struct piece {
    struct piece *next;
    bool is_text;
    enum root root;   /* of a variable */
    const char *text; /* the text itself, or the name of a header */
    size_t size;      /* of text */
    size_t variable;  /* ROOT_BODY */
};

struct selection_expression {
    struct arena arena;
    struct piece *first;
    struct query variables[VARIABLES_MAX];
    struct json_path paths[VARIABLES_MAX]; /* of the variables, as json_scan() wants them */
    size_t variable_count;
};

struct parser {
    struct selection_expression *expression;
    unsigned allowed_roots;
    const char *source;
    const char *at;
    struct piece **end; /* where the next piece is linked */
    struct text *error;
};

/* error has the reason already. */
static bool explain(struct parser *parser)
{
    SCOPED_TEXT reason = *parser->error;

    *parser->error = (struct text){0};
    text_append_format(parser->error, "\"%s\", character %zu: %s", parser->source,
                       (size_t)(parser->at - parser->source) + 1, text_string(&reason));
    return false;
}

static struct piece *add_piece(struct parser *parser)
{
    struct piece *piece = arena_new(&parser->expression->arena, sizeof *piece);

    *parser->end = piece;
    parser->end  = &piece->next;
    return piece;
}

static void add_text(struct parser *parser, const char *text, size_t size)
{
    struct piece *piece;

    if (size == 0)
        return;
    piece          = add_piece(parser);
    piece->is_text = true;
    piece->text    = arena_copy(&parser->expression->arena, text, size);
    piece->size    = size;
}

/* The size of the dotted name at at. */
static size_t name_size(const char *at)
{
    size_t size = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    while (size > 0 && at[size - 1] == '.')
        size--;
    return size;
}

/* The names of an answer's variables are taken in any case: statusCode is often written. */
static bool begins_with_root(const char *at, enum root root)
{
    size_t size = strlen(roots[root].name);
    int differs = root >= ROOT_ANSWER_STATUS ? strncasecmp(at, roots[root].name, size)
                                             : strncmp(at, roots[root].name, size);

    return differs == 0 && (name_size(at) == size || at[size] == '.' || at[size] == '[');
}

/* AWS: $default is what the key is called, so it is often written without its backslash. */
static bool is_special_route(const char *at, size_t size)
{
    static const char *const keys[] = {"default", "connect", "disconnect"};

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (strlen(keys[i]) == size && strncmp(at, keys[i], size) == 0)
            return true;
    }
    return false;
}

#define ALLOWED "allowed are $request.body and $request.body.<JSONPath>"
#define ALLOWED_FOR_ANSWERS                                                                        \
    ALLOWED ", $integration.response.statuscode, $integration.response.header.<NAME> and "         \
            "$integration.response.multivalueheader.<NAME>"

static bool refuse_variable(struct parser *parser, const char *at)
{
    const char *allowed = parser->allowed_roots == MESSAGE_ROOTS ? ALLOWED : ALLOWED_FOR_ANSWERS;
    int size            = (int)name_size(at);

    if (size == 0)
        text_append_string(parser->error, "'$' must begin a variable; \\$ is the character itself");
    else if (is_special_route(at, (size_t)size))
        text_append_format(parser->error,
                           "there is no variable $%.*s; for that text itself write \\$%.*s", size,
                           at, size, at);
    else
        text_append_format(parser->error, "there is no variable $%.*s; %s", size, at, allowed);
    for (enum root root = 0; root < ARRAY_SIZE(roots); root++) {
        if (!begins_with_root(at, root) || parser->allowed_roots & (1u << root))
            continue;
        text_clear(parser->error);
        text_append_format(parser->error, "$%.*s is not available to messages%s; %s", size, at,
                           roots[root].why_not, allowed);
    }
    return explain(parser);
}

/* Consumes the root of a variable, if it is one of those allowed. */
static bool parse_root(struct parser *parser, enum root *found)
{
    const char *name = parser->at + 1 + (parser->at[1] == '{');

    for (enum root root = 0; root < ARRAY_SIZE(roots); root++) {
        if (!(parser->allowed_roots & (1u << root)) || !begins_with_root(name, root))
            continue;
        parser->at = name + strlen(roots[root].name);
        *found     = root;
        return true;
    }
    return refuse_variable(parser, name);
}

/* Behind $request.body. */
static bool parse_path(struct parser *parser, enum query_end end)
{
    struct selection_expression *expression = parser->expression;
    size_t variable                         = expression->variable_count;

    if (variable == VARIABLES_MAX) {
        text_append_format(parser->error, "too many variables: %d are allowed", VARIABLES_MAX);
        return explain(parser);
    }
    if (!query_parse(&expression->variables[variable], &expression->arena, &parser->at, end,
                     parser->error))
        return explain(parser);
    expression->paths[variable] = expression->variables[variable].plain;
    expression->variable_count++;
    add_piece(parser)->variable = variable;
    return true;
}

/* Behind one of the answer's roots. AWS (tests against the service): what the body has chooses no
 * template; such a variable has no value. */
static bool parse_answer_variable(struct parser *parser, enum root root, bool is_braced)
{
    size_t size = is_braced ? strcspn(parser->at, "}") : name_size(parser->at);
    bool named  = root == ROOT_ANSWER_HEADER || root == ROOT_ANSWER_HEADERS;
    struct piece *piece;

    if (is_braced && !parser->at[size]) {
        text_append_string(parser->error, "a '}' is missing");
        return explain(parser);
    }
    if (named ? size < 2 || *parser->at != '.' : root == ROOT_ANSWER_STATUS && size > 0) {
        text_append_format(parser->error,
                           named ? "the name of a header is missing" : "the status has no parts");
        return explain(parser);
    }
    piece       = add_piece(parser);
    piece->root = root;
    if (named)
        piece->text = arena_copy(&parser->expression->arena, parser->at + 1, size - 1);
    parser->at += size;
    return true;
}

/* At the dollar. */
static bool parse_variable(struct parser *parser)
{
    bool is_braced = parser->at[1] == '{';
    enum root root = ROOT_BODY;
    bool is_good;

    if (!parse_root(parser, &root))
        return false;
    if (root == ROOT_BODY)
        is_good = parse_path(parser, is_braced ? QUERY_ENDS_WITH_BRACE : QUERY_ENDS_WITH_NAME);
    else
        is_good = parse_answer_variable(parser, root, is_braced);
    if (is_good && is_braced)
        parser->at++;
    return is_good;
}

/* Text up to a dollar or a backslash; a backslash that escapes nothing is text. */
static void parse_text(struct parser *parser)
{
    size_t size = strcspn(parser->at, "$\\");

    if (parser->at[size] == '\\' && parser->at[size + 1] != '$')
        size++;
    add_text(parser, parser->at, size);
    parser->at += size;
    if (parser->at[0] == '\\' && parser->at[1] == '$') {
        add_text(parser, "$", 1);
        parser->at += 2;
    }
}

static bool parse(struct parser *parser)
{
    text_clear(parser->error);
    if (!*parser->source) {
        text_append_string(parser->error, "the expression is empty; usual is $request.body.action");
        return false;
    }
    while (*parser->at) {
        if (*parser->at != '$')
            parse_text(parser);
        else if (!parse_variable(parser))
            return false;
    }
    return true;
}

static struct selection_expression *compile(const char *source, unsigned allowed_roots,
                                            struct text *error)
{
    struct selection_expression *expression = NEW(struct selection_expression);
    struct parser parser                    = {
                           .expression    = expression,
                           .allowed_roots = allowed_roots,
                           .source        = source,
                           .at            = source,
                           .end           = &expression->first,
                           .error         = error,
    };

    if (parse(&parser))
        return expression;
    selection_expression_free(expression);
    return NULL;
}

struct selection_expression *selection_expression_new(const char *source, struct text *error)
{
    return compile(source, MESSAGE_ROOTS, error);
}

struct selection_expression *selection_expression_new_for_answer(const char *source,
                                                                 struct text *error)
{
    return compile(source, ANSWER_ROOTS, error);
}

void selection_expression_free(struct selection_expression *expression)
{
    if (!expression)
        return;
    arena_deinit(&expression->arena);
    free(expression);
}

struct printing {
    struct text *key;
    bool is_first;
};

/* A key that is too long for every route need not become longer. */
static bool print_item(void *owner, const struct json_span *value)
{
    struct printing *printing = owner;

    if (!printing->is_first)
        text_append(printing->key, ", ", 2);
    printing->is_first = false;
    java_text_print(value, printing->key);
    return printing->key->size <= SELECTION_KEY_SIZE_MAX;
}

/* AWS?: a null is as good as no value. */
static bool print_single(void *owner, const struct json_span *value)
{
    struct text *key = owner;

    if (value->kind != JSON_NULL)
        java_text_print(value, key);
    return false;
}

/* AWS: "Unresolvable" variables are the empty string. start is what the scan has found. */
static void append_value(const struct query *variable, const struct json_span *start,
                         struct text *key)
{
    struct printing printing = {.key = key, .is_first = true};

    if (!start->data)
        return;
    if (!variable->is_list) {
        query_each(variable, start, print_single, key);
        return;
    }
    text_append_character(key, '[');
    query_each(variable, start, print_item, &printing);
    text_append_character(key, ']');
}

/* AWS: of several headers of that name the last one counts, or all of them as an array. */
static void append_header(const struct piece *piece, const struct selection_answer *answer,
                          struct text *key)
{
    bool all           = piece->root == ROOT_ANSWER_HEADERS;
    SCOPED_TEXT joined = {0};
    size_t count       = 0;

    for (;; count++) {
        size_t size;
        const char *value = answer->find_header(answer->owner, piece->text, count, &size);

        if (!value || joined.size > SELECTION_KEY_SIZE_MAX)
            break;
        if (!all)
            text_clear(&joined);
        else if (count > 0)
            text_append_string(&joined, ", ");
        text_append(&joined, value, size);
    }
    if (count > 0 && all)
        text_append_format(key, "[%s]", text_string(&joined));
    else
        text_append(key, joined.data, joined.size);
}

static void append_piece(const struct selection_expression *expression, const struct piece *piece,
                         const struct json_span *spans, const struct selection_answer *answer,
                         struct text *key)
{
    if (piece->is_text)
        text_append(key, piece->text, piece->size);
    else if (piece->root == ROOT_BODY)
        append_value(&expression->variables[piece->variable], &spans[piece->variable], key);
    else if (answer && piece->root == ROOT_ANSWER_STATUS)
        text_append_number(key, answer->status);
    else if (answer && piece->root != ROOT_ANSWER_BODY)
        append_header(piece, answer, key);
}

static void append_all(const struct selection_expression *expression, const struct json_span *spans,
                       const struct selection_answer *answer, struct text *key)
{
    for (const struct piece *piece = expression->first; piece; piece = piece->next) {
        if (key->size > SELECTION_KEY_SIZE_MAX)
            break;
        append_piece(expression, piece, spans, answer, key);
    }
}

enum selection selection_expression_select(const struct selection_expression *expression,
                                           const char *message, size_t size, struct text *key)
{
    struct json_span spans[VARIABLES_MAX];

    text_clear(key);
    if (!json_scan(message, size, expression->paths, spans, expression->variable_count))
        return SELECTION_NOT_JSON;
    append_all(expression, spans, NULL, key);
    return key->size > 0 ? SELECTION_KEY : SELECTION_EMPTY;
}

void selection_expression_write(const struct selection_expression *expression, const char *message,
                                size_t size, const struct selection_answer *answer,
                                struct text *key)
{
    struct json_span spans[VARIABLES_MAX] = {0};

    text_clear(key);
    if (!json_scan(message, size, expression->paths, spans, expression->variable_count))
        memset(spans, 0, sizeof spans);
    append_all(expression, spans, answer, key);
}
