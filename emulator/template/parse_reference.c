/* References: $name, $!{name.property[0].method('argument')}. */

#include <stdbool.h>
#include <string.h>

#include "template/parse.h"
#include "template/value_path.h"

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

size_t parse_reference_mark(const struct parser *parser, const char *place)
{
    const char *at = place + 1;

    if (at < parser->end && *at == '!')
        at++;
    if (at < parser->end && *at == '{')
        at++;
    return parse_name_end(parser, at) > at ? (size_t)(at - place) : 0;
}

static struct step *new_step(struct parser *parser, enum step_kind kind)
{
    struct step *step = arena_new(&parser->template->arena, sizeof *step);

    step->kind = kind;
    return step;
}

/* At '('. */
static bool parse_arguments(struct parser *parser, struct step *step)
{
    const char *start = parser->at;
    struct node **end = &step->arguments;

    parser->at++;
    parse_skip_space(parser);
    if (parse_take(parser, ')'))
        return true;
    for (;;) {
        struct node *argument = parse_argument(parser);

        if (!argument)
            return false;
        *end = argument;
        end  = &argument->next;
        step->argument_count++;
        parse_skip_space(parser);
        if (parse_take(parser, ')'))
            return true;
        if (parser->at == parser->end)
            return parse_fail(parser, start, "'(' without ')'");
        if (!parse_take(parser, ','))
            return parse_fail(parser, parser->at,
                              "expected ',' or ')': arguments have no operators");
        parse_skip_space(parser);
    }
}

/* $input.json('$.a') and $input.path(): the path is compiled once, too. A broken one is found when
 * it is asked for, as on AWS. */
static void compile_path(struct parser *parser, struct step *step)
{
    const struct node *argument = step->arguments;

    if (step->argument_count != 1 || argument->kind != NODE_CONSTANT ||
        argument->constant.kind != VALUE_STRING || !step->methods[METHODS_OF_INPUT])
        return;
    step->path = value_path_new(&parser->template->arena, argument->constant.string,
                                argument->constant.size, NULL);
}

/* At the name behind a dot. */
static struct step *parse_property(struct parser *parser)
{
    const char *start = parser->at;
    struct step *step = new_step(parser, STEP_PROPERTY);

    parser->at = parse_name_end(parser, start);
    step->name = value_string(start, (size_t)(parser->at - start));
    if (value_is_text(step->name, "requestOverride") ||
        value_is_text(step->name, "responseOverride"))
        parser->template->has_overrides = true;
    if (!parse_is_next(parser, '('))
        return step;
    step->kind = STEP_METHOD;
    method_find(start, step->name.size, step->methods);
    if (!parse_arguments(parser, step))
        return NULL;
    compile_path(parser, step);
    return step;
}

/* At '['. */
static struct step *parse_index(struct parser *parser)
{
    struct step *step = new_step(parser, STEP_INDEX);
    const char *start = parser->at++;

    parse_skip_space(parser);
    step->arguments = parse_argument(parser);
    if (!step->arguments)
        return NULL;
    parse_skip_space(parser);
    if (parse_take(parser, ']'))
        return step;
    parse_fail(parser, parser->at < parser->end ? parser->at : start,
               "expected ']': an index has no operators");
    return NULL;
}

static bool parse_steps(struct parser *parser, struct node *node)
{
    struct step **end = &node->reference.steps;

    for (;;) {
        struct step *step;

        if (parser->at + 1 < parser->end && *parser->at == '.' && is_letter(parser->at[1])) {
            parser->at++;
            step = parse_property(parser);
        } else if (parse_is_next(parser, '[')) {
            step = parse_index(parser);
        } else {
            return true;
        }
        if (!step)
            return false;
        *end = step;
        end  = &step->next;
    }
}

struct node *parse_reference(struct parser *parser)
{
    const char *start = parser->at;
    struct node *node = parse_node(parser, NODE_REFERENCE, start);
    const char *name;
    bool is_braced;
    bool is_whole;

    name       = start + parse_reference_mark(parser, start);
    is_braced  = name[-1] == '{';
    parser->at = parse_name_end(parser, name);

    node->reference.variable = parse_variable(parser, name, (size_t)(parser->at - name));
    if (!parse_enter(parser))
        return NULL;
    is_whole = parse_steps(parser, node);
    parse_leave(parser);
    if (!is_whole)
        return NULL;
    if (is_braced && !parse_take(parser, '}')) {
        if (parser->at < parser->end)
            parse_fail(parser, parser->at, "expected '}'");
        else
            parse_fail(parser, start, "'${' without '}'");
        return NULL;
    }
    return node;
}
