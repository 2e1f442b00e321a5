/* The filters of a JSONPath: how they are written, and what they accept. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "template/limits.h"
#include "template/number.h"
#include "template/run.h"
#include "template/value_path_state.h"

static const struct {
    const char *word;
    enum path_relation relation;
} relations[] = {
    {"==",       PATH_EQUAL        },
    {"=~",       PATH_MATCHES      },
    {"!=",       PATH_NOT_EQUAL    },
    {"<=",       PATH_LESS_EQUAL   },
    {">=",       PATH_GREATER_EQUAL},
    {"<",        PATH_LESS         },
    {">",        PATH_GREATER      },
    {"in",       PATH_IN           },
    {"nin",      PATH_NOT_IN       },
    {"contains", PATH_CONTAINS     },
    {"size",     PATH_SIZE         },
    {"empty",    PATH_EMPTY        },
};

static struct path_condition *parse_or(struct path_parser *parser);

static bool parse_number(struct path_parser *parser, struct path_operand *operand)
{
    const char *start = parser->at;
    char spelling[40];

    while (parser->at < parser->end && strchr("+-.0123456789eE", *parser->at) &&
           *parser->at != '\0')
        parser->at++;
    if (parser->at == start || (size_t)(parser->at - start) >= sizeof spelling)
        return path_fail(parser, "expected a path, string, number, true, false, null or list");
    memcpy(spelling, start, (size_t)(parser->at - start));
    spelling[parser->at - start] = '\0';
    operand->value               = value_double(strtod(spelling, NULL));
    return true;
}

static bool parse_operand(struct path_parser *parser, struct path_operand *operand);

/* Behind '['. */
static bool parse_list(struct path_parser *parser, struct path_operand *operand)
{
    struct path_operand **end = &operand->items;

    operand->value = (struct value){.kind = VALUE_LIST};
    path_skip_space(parser);
    if (path_take(parser, "]"))
        return true;
    do {
        *end = arena_new(parser->arena, sizeof **end);
        path_skip_space(parser);
        if (!parse_operand(parser, *end))
            return false;
        end = &(*end)->next;
        operand->count++;
        path_skip_space(parser);
    } while (path_take(parser, ","));
    return path_take(parser, "]") || path_fail(parser, "expected ']'");
}

static bool parse_operand_inside(struct path_parser *parser, struct path_operand *operand)
{
    char first = parser->at < parser->end ? *parser->at : '\0';

    if (first == '$' || first == '@') {
        operand->is_from_root = first == '$';
        operand->path         = path_parse_inner(parser);
        return operand->path != NULL;
    }
    if (first == '\'' || first == '"')
        return path_parse_string(parser, &operand->value);
    if (path_take(parser, "["))
        return parse_list(parser, operand);
    if (path_take(parser, "true"))
        operand->value = value_boolean(true);
    else if (path_take(parser, "false"))
        operand->value = value_boolean(false);
    else if (!path_take(parser, "null"))
        return parse_number(parser, operand);
    return true;
}

static bool parse_operand(struct path_parser *parser, struct path_operand *operand)
{
    bool is_parsed;

    if (parser->depth == TEMPLATE_DEPTH_MAX)
        return path_fail(parser, "a path is nested too deep");
    parser->depth++;
    is_parsed = parse_operand_inside(parser, operand);
    parser->depth--;
    return is_parsed;
}

/* "/text/i" */
static bool parse_regex(struct path_parser *parser, struct path_condition *condition)
{
    const char *start;

    if (!path_take(parser, "/"))
        return path_fail(parser, "expected /a regular expression/");
    start = parser->at;
    while (parser->at < parser->end && *parser->at != '/')
        parser->at += *parser->at == '\\' && parser->at + 1 < parser->end ? 2 : 1;
    if (parser->at == parser->end)
        return path_fail(parser, "a regular expression without its closing '/'");
    condition->b.value = value_string(start, (size_t)(parser->at - start));
    parser->at++;
    condition->ignores_case = path_take(parser, "i");
    return true;
}

static struct path_condition *new_condition(struct path_parser *parser, enum path_relation relation,
                                            struct path_condition *left,
                                            struct path_condition *right)
{
    struct path_condition *condition = arena_new(parser->arena, sizeof *condition);

    condition->relation = relation;
    condition->left     = left;
    condition->right    = right;
    return condition;
}

static struct path_condition *parse_comparison(struct path_parser *parser)
{
    struct path_condition *condition = new_condition(parser, PATH_EXISTS, NULL, NULL);

    if (!parse_operand(parser, &condition->a))
        return NULL;
    path_skip_space(parser);
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        if (!path_take(parser, relations[i].word))
            continue;
        condition->relation = relations[i].relation;
        path_skip_space(parser);
        if (condition->relation == PATH_MATCHES)
            return parse_regex(parser, condition) ? condition : NULL;
        return parse_operand(parser, &condition->b) ? condition : NULL;
    }
    return condition;
}

static struct path_condition *parse_term(struct path_parser *parser)
{
    struct path_condition *condition = NULL;

    path_skip_space(parser);
    if (parser->depth == TEMPLATE_DEPTH_MAX) {
        path_fail(parser, "a path is nested too deep");
        return NULL;
    }
    parser->depth++;
    if (path_take(parser, "!")) {
        condition = parse_term(parser);
        condition = condition ? new_condition(parser, PATH_NOT, condition, NULL) : NULL;
    } else if (!path_take(parser, "(")) {
        condition = parse_comparison(parser);
    } else {
        condition = parse_or(parser);
        if (condition && !path_take(parser, ")")) {
            path_fail(parser, "expected ')'");
            condition = NULL;
        }
    }
    parser->depth--;
    path_skip_space(parser);
    return condition;
}

static struct path_condition *parse_and(struct path_parser *parser)
{
    struct path_condition *left = parse_term(parser);

    while (left && path_take(parser, "&&")) {
        struct path_condition *right = parse_term(parser);

        left = right ? new_condition(parser, PATH_AND, left, right) : NULL;
    }
    return left;
}

static struct path_condition *parse_or(struct path_parser *parser)
{
    struct path_condition *left = parse_and(parser);

    while (left && path_take(parser, "||")) {
        struct path_condition *right = parse_and(parser);

        left = right ? new_condition(parser, PATH_OR, left, right) : NULL;
    }
    return left;
}

struct path_condition *path_parse_condition(struct path_parser *parser)
{
    struct path_condition *condition = parse_or(parser);

    if (condition && !path_take(parser, ")")) {
        path_fail(parser, "expected an operator or ')' in a filter");
        return NULL;
    }
    return condition;
}

/* False if it is a path that leads nowhere. */
static bool resolve(struct mapping_run *run, const struct path_operand *operand, struct value root,
                    struct value item, struct value *value)
{
    struct list *list;

    if (operand->path)
        return value_path_find(run, operand->path, operand->is_from_root ? root : item, value) ==
               VALUE_PATH_FOUND;
    *value = operand->value;
    if (value->kind != VALUE_LIST)
        return true;
    list = list_new(run, LIST_JSON, operand->count);
    for (const struct path_operand *at = operand->items; list && at; at = at->next) {
        struct value element;

        if (resolve(run, at, root, item, &element))
            list_add(run, list, element);
    }
    *value = list ? value_list(list) : value_null();
    return list != NULL;
}

/* The number that the text spells; of what spells none NaN, which has no order. */
static struct value spelled_number(struct value string)
{
    char spelling[40];
    char *end;
    double number;

    if (string.size == 0 || string.size >= sizeof spelling)
        return value_double(NAN);
    memcpy(spelling, string.string, string.size);
    spelling[string.size] = '\0';
    number                = strtod(spelling, &end);
    return value_double(*end == '\0' ? number : NAN);
}

/* False if there is no order between them; numbers and their spellings have one. */
static bool order_of(struct mapping_run *run, struct value a, struct value b, int *order)
{
    if (value_is_number(a) && value_is_number(b)) {
        *order = number_compare(run, a, b);
        return true;
    }
    if (value_is_number(a) && b.kind == VALUE_STRING)
        b = spelled_number(b);
    else if (a.kind == VALUE_STRING && value_is_number(b))
        a = spelled_number(a);
    else if (a.kind == VALUE_STRING && b.kind == VALUE_STRING) {
        size_t size = a.size < b.size ? a.size : b.size;
        int first   = memcmp(a.string, b.string, size);

        *order = first != 0 ? first : a.size < b.size ? -1 : a.size > b.size;
        return true;
    } else {
        *order = value_equals(run, a, b) ? 0 : 1;
        return a.kind == b.kind;
    }
    *order = number_compare(run, a, b);
    return !isnan(number_as_double(a)) && !isnan(number_as_double(b));
}

static bool is_in(struct mapping_run *run, struct value list, struct value item)
{
    if (list.kind == VALUE_STRING && item.kind == VALUE_STRING)
        return memmem(list.string, list.size, item.string, item.size) != NULL;
    for (size_t i = 0; list.kind == VALUE_LIST && i < list.list->count; i++) {
        int order;

        if (order_of(run, list.list->items[i], item, &order) && order == 0)
            return true;
    }
    return false;
}

static long size_of(struct value value)
{
    if (value.kind == VALUE_STRING)
        return value.size;
    if (value.kind == VALUE_LIST)
        return (long)value.list->count;
    return value.kind == VALUE_MAP ? (long)value.object->count : -1;
}

static bool matches(struct mapping_run *run, const struct path_condition *condition,
                    struct value value)
{
    struct regex *regex;
    bool is_match;

    if (value.kind != VALUE_STRING)
        return false;
    regex =
        regex_new(run, condition->b.value.string, condition->b.value.size, condition->ignores_case);
    is_match = regex && regex_matches(run, regex, value.string, value.size);
    regex_free(regex);
    return is_match;
}

static bool compare(struct mapping_run *run, enum path_relation relation, struct value a,
                    struct value b)
{
    int order;

    switch ((int)relation) {
    case PATH_IN:
        return is_in(run, b, a);
    case PATH_NOT_IN:
        return !is_in(run, b, a);
    case PATH_CONTAINS:
        return is_in(run, a, b);
    case PATH_SIZE:
        return value_is_number(b) && (double)size_of(a) == number_as_double(b);
    case PATH_EMPTY:
        return size_of(a) >= 0 && (size_of(a) == 0) == (b.kind != VALUE_BOOLEAN || b.boolean);
    default:
        break;
    }
    if (!order_of(run, a, b, &order))
        return relation == PATH_NOT_EQUAL;
    switch ((int)relation) {
    case PATH_EQUAL:
        return order == 0;
    case PATH_NOT_EQUAL:
        return order != 0;
    case PATH_LESS:
        return order < 0;
    case PATH_LESS_EQUAL:
        return order <= 0;
    case PATH_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

bool path_accepts(struct mapping_run *run, const struct path_condition *condition,
                  struct value root, struct value item)
{
    struct value a;
    struct value b;

    if (!run_count(run, 1))
        return false;
    switch ((int)condition->relation) {
    case PATH_AND:
        return path_accepts(run, condition->left, root, item) &&
               path_accepts(run, condition->right, root, item);
    case PATH_OR:
        return path_accepts(run, condition->left, root, item) ||
               path_accepts(run, condition->right, root, item);
    case PATH_NOT:
        return !path_accepts(run, condition->left, root, item);
    default:
        break;
    }
    if (!resolve(run, &condition->a, root, item, &a))
        return false;
    if (condition->relation == PATH_EXISTS)
        return true;
    if (condition->relation == PATH_MATCHES)
        return matches(run, condition, a);
    return resolve(run, &condition->b, root, item, &b) && compare(run, condition->relation, a, b);
}
