#include "project/variables.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/variable_syntax.h"
#include "project/variables_state.h"
#include "project/yaml_scalar.h"
#include "json/build.h"
#include "json/json.h"

/* How much of a variable a message repeats. */
#define SHOWN_MAX 100

static enum variable_outcome evaluate(struct variables *variables, struct span inside,
                                      const struct json *where, const struct json **result);
static enum variable_outcome deep(struct variables *variables, const struct json *value,
                                  const struct json **result);

enum variable_outcome variables_fail(struct variables *variables, const struct json *where,
                                     const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    if (!variables->is_lenient) {
        variables->failures++;
        variables->settings.report(variables->settings.owner, where, text_string(&message));
    }
    return VARIABLE_FAILED;
}

enum variable_outcome variables_miss(struct variables *variables, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    variables->missing = arena_copy_string(variables->settings.arena, text_string(&message));
    return VARIABLE_MISSING;
}

/* Fails, with a problem the first time, if the project makes too much of itself. */
static enum variable_outcome count(struct variables *variables, size_t bytes,
                                   const struct json *where)
{
    variables->values++;
    variables->bytes += bytes;
    if (variables->values <= VARIABLES_VALUES_MAX && variables->bytes <= VARIABLES_BYTES_MAX)
        return VARIABLE_VALUE;
    if (!variables->is_exhausted) {
        variables->is_exhausted = true;
        variables->failures++;
        variables->settings.report(variables->settings.owner, where,
                                   "the project grows too large with its variables evaluated");
    }
    return VARIABLE_FAILED;
}

static struct span span_of(const struct json *string)
{
    return (struct span){string->string, string->size};
}

/* Appends the variable's value, which must be a text. */
static enum variable_outcome append_variable(struct variables *variables,
                                             const struct variable *variable,
                                             const struct json *where, struct text *out)
{
    const struct json *value;
    enum variable_outcome outcome = evaluate(variables, variable->inside, where, &value);
    const char *text;

    if (outcome != VARIABLE_VALUE)
        return outcome;
    text = json_text(value);
    if (!text)
        return variables_fail(
            variables, where,
            "${%.*s} is %s, and can't be put into a text: only a text, a number "
            "or a boolean can",
            (int)(variable->inside.size < SHOWN_MAX ? variable->inside.size : SHOWN_MAX),
            variable->inside.at, json_kind_name(value->kind));
    text_append_string(out, text);
    return count(variables, strlen(text), where);
}

/* Appends text with the values of its variables. */
static enum variable_outcome append_text(struct variables *variables, struct span text,
                                         const struct json *where, struct text *out)
{
    struct variable variable;

    for (;;) {
        enum variable_outcome outcome;

        switch (variable_find(text, &variable)) {
        case VARIABLE_NONE:
            text_append(out, text.at, text.size);
            return VARIABLE_VALUE;
        case VARIABLE_UNFINISHED:
            return variables_fail(variables, where, "\"${\" has no \"}\"");
        case VARIABLE_FOUND:
            break;
        }
        text_append(out, text.at, (size_t)(variable.whole.at - text.at));
        if (variable.is_escaped) {
            text_append(out, variable.whole.at + 1, variable.whole.size - 1);
        } else {
            outcome = append_variable(variables, &variable, where, out);
            if (outcome != VARIABLE_VALUE)
                return outcome;
        }
        text.size -= (size_t)(variable.whole.at + variable.whole.size - text.at);
        text.at = variable.whole.at + variable.whole.size;
    }
}

/* A part of a candidate with its own variables evaluated; NULL for none. */
static enum variable_outcome expand(struct variables *variables, struct span part,
                                    const struct json *where, const char **result)
{
    SCOPED_TEXT out = {0};
    enum variable_outcome outcome;

    *result = NULL;
    if (!part.at)
        return VARIABLE_VALUE;
    outcome = append_text(variables, part, where, &out);
    if (outcome == VARIABLE_VALUE)
        *result = arena_copy_string(variables->settings.arena, text_string(&out));
    return outcome;
}

static enum variable_outcome ask(struct variables *variables, const struct candidate *candidate,
                                 const struct json *where, const struct json **result)
{
    struct variable_request request = {
        .source =
            arena_copy(variables->settings.arena, candidate->source.at, candidate->source.size),
        .where = where,
    };
    enum variable_outcome outcome =
        expand(variables, candidate->argument, where, &request.argument);

    if (outcome == VARIABLE_VALUE)
        outcome = expand(variables, candidate->address, where, &request.address);
    if (outcome != VARIABLE_VALUE)
        return outcome;
    return variables_ask(variables, &request, result);
}

static enum variable_outcome try_candidate(struct variables *variables,
                                           const struct candidate *candidate,
                                           const struct json *where, const struct json **result)
{
    struct arena *arena = variables->settings.arena;
    struct json *word;

    switch (candidate->kind) {
    case CANDIDATE_QUOTED:
        *result = build_string(arena, candidate->text.at, candidate->text.size, where);
        return VARIABLE_VALUE;
    case CANDIDATE_WORD:
        word = build_value(arena, JSON_STRING, where);
        yaml_scalar_read(arena, YAML_CORE, candidate->text.at, candidate->text.size, word);
        *result = word;
        return VARIABLE_VALUE;
    case CANDIDATE_VARIABLE:
        return evaluate(variables, (struct span){candidate->text.at + 2, candidate->text.size - 3},
                        where, result);
    case CANDIDATE_SOURCE:
        return ask(variables, candidate, where, result);
    case CANDIDATE_WRONG:
        break;
    }
    return variables_fail(
        variables, where,
        "\"%.*s\" is no value of a variable: write it like self:custom.name, or "
        "in quotes",
        (int)(candidate->text.size < SHOWN_MAX ? candidate->text.size : SHOWN_MAX),
        candidate->text.at);
}

/* Evaluates what is between "${" and "}". */
static enum variable_outcome evaluate(struct variables *variables, struct span inside,
                                      const struct json *where, const struct json **result)
{
    struct span left  = inside;
    const char *outer = variables->assumed;
    const char *assumed;
    enum variable_outcome outcome = VARIABLE_MISSING;
    struct candidate candidate;

    if (count(variables, 0, where) != VARIABLE_VALUE)
        return VARIABLE_FAILED;
    if (variables->depth >= VARIABLES_DEPTH_MAX)
        return variables_fail(variables, where, "its variables go too deep");
    variables->missing = "it is empty";
    variables->assumed = NULL;
    variables->depth++;
    while (outcome == VARIABLE_MISSING && variable_take_candidate(&left, &candidate)) {
        outcome = try_candidate(variables, &candidate, where, result);
        if (outcome == VARIABLE_VALUE && (*result)->kind == JSON_NULL && left.at)
            outcome = VARIABLE_MISSING;
    }
    variables->depth--;
    assumed            = variables->assumed;
    variables->assumed = outer;
    if (outcome == VARIABLE_MISSING && assumed) {
        *result = build_string(variables->settings.arena, assumed, strlen(assumed), where);
        return VARIABLE_VALUE;
    }
    if (outcome == VARIABLE_MISSING)
        return variables_fail(variables, where, "${%.*s} has no value: %s",
                              (int)(inside.size < SHOWN_MAX ? inside.size : SHOWN_MAX), inside.at,
                              variables->missing);
    return outcome;
}

static bool is_active(const struct variables *variables, const char *string)
{
    for (const struct active *active = variables->active; active; active = active->outer) {
        if (active->string == string)
            return true;
    }
    return false;
}

/* The value of a text: of any kind if it is one variable and nothing else. */
static enum variable_outcome evaluate_text(struct variables *variables, const struct json *value,
                                           const struct json **result)
{
    struct span text = span_of(value);
    SCOPED_TEXT out  = {0};
    struct variable variable;
    enum variable_outcome outcome;

    if (variable_find(text, &variable) == VARIABLE_FOUND && !variable.is_escaped &&
        variable.whole.size == text.size)
        return evaluate(variables, variable.inside, value, result);
    outcome = append_text(variables, text, value, &out);
    if (outcome == VARIABLE_VALUE)
        *result = build_string(variables->settings.arena, text_string(&out), out.size, value);
    return outcome;
}

static bool has_variable(const struct json *value)
{
    struct variable variable;

    return value->kind == JSON_STRING && variable_find(span_of(value), &variable) != VARIABLE_NONE;
}

enum variable_outcome variables_shallow(struct variables *variables, const struct json *value,
                                        const struct json **result)
{
    const struct active active = {value->string, variables->active};
    enum variable_outcome outcome;
    struct json *copy;

    *result = value;
    if (!has_variable(value))
        return VARIABLE_VALUE;
    if (is_active(variables, value->string))
        return variables_fail(variables, value, "\"%.*s\" depends on itself",
                              (int)(value->size < SHOWN_MAX ? value->size : SHOWN_MAX),
                              value->string);
    variables->active = &active;
    outcome           = evaluate_text(variables, value, result);
    variables->active = active.outer;
    if (outcome != VARIABLE_VALUE)
        return outcome;
    copy         = build_copy(variables->settings.arena, *result);
    copy->line   = value->line;
    copy->column = value->column;
    *result      = copy;
    return VARIABLE_VALUE;
}

/* Adds what the child comes to; what can't be evaluated is null then, or as it is written. */
static void add_child(struct variables *variables, struct json *container, const struct json *child)
{
    const struct json *result;
    struct json *copy;

    if (deep(variables, child, &result) != VARIABLE_VALUE) {
        if (variables->is_exhausted)
            return;
        result = variables->is_lenient ? child
                                       : build_value(variables->settings.arena, JSON_NULL, child);
    }
    copy         = build_copy(variables->settings.arena, result);
    copy->line   = child->line;
    copy->column = child->column;
    build_add(container, child->name, copy);
}

static enum variable_outcome deep_container(struct variables *variables, const struct json *value,
                                            const struct json **result)
{
    struct json *container = build_value(variables->settings.arena, value->kind, value);

    if (variables->depth >= VARIABLES_DEPTH_MAX)
        return variables_fail(variables, value, "its variables go too deep");
    variables->depth++;
    for (const struct json *child = value->first; child && !variables->is_exhausted;
         child                    = child->next)
        add_child(variables, container, child);
    variables->depth--;
    *result = container;
    return VARIABLE_VALUE;
}

static enum variable_outcome deep(struct variables *variables, const struct json *value,
                                  const struct json **result)
{
    const struct active active = {value->string, variables->active};
    enum variable_outcome outcome;

    if (count(variables, 0, value) != VARIABLE_VALUE)
        return VARIABLE_FAILED;
    outcome = variables_shallow(variables, value, result);
    if (outcome != VARIABLE_VALUE ||
        ((*result)->kind != JSON_ARRAY && (*result)->kind != JSON_OBJECT))
        return outcome;
    if (value->kind == JSON_STRING)
        variables->active = &active;
    outcome           = deep_container(variables, *result, result);
    variables->active = active.outer;
    return outcome;
}

const struct json *variables_resolve(struct variables *variables, const struct json *value)
{
    const struct json *result;

    if (deep(variables, value, &result) != VARIABLE_VALUE)
        return build_value(variables->settings.arena, JSON_NULL, value);
    return result;
}

const struct json *variables_try(struct variables *variables, const struct json *value)
{
    bool was_lenient = variables->is_lenient;
    const struct json *result;

    variables->is_lenient = true;
    if (deep(variables, value, &result) != VARIABLE_VALUE)
        result = value;
    variables->is_lenient = was_lenient;
    return result;
}

const struct json *variables_look(struct variables *variables, const struct json *value)
{
    const struct json *result;

    if (variables_shallow(variables, value, &result) != VARIABLE_VALUE)
        return build_value(variables->settings.arena, JSON_NULL, value);
    return result;
}

const struct json *variables_member(struct variables *variables, const struct json *object,
                                    const char *name)
{
    const struct json *member = json_find(object, name);
    struct json *copy;

    if (!member)
        return NULL;
    copy       = build_copy(variables->settings.arena, variables_look(variables, member));
    copy->name = member->name;
    return copy->kind == JSON_NULL ? NULL : copy;
}

size_t variables_failures(const struct variables *variables)
{
    return variables->failures;
}

struct variables *variables_new(const struct variables_settings *settings)
{
    struct variables *variables = arena_new(settings->arena, sizeof *variables);

    variables->settings = *settings;
    return variables;
}
