#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/cdk_scope.h"
#include "project/cdk_state.h"
#include "project/reading.h"
#include "json/build.h"
#include "json/json.h"

/* Parameters of parameters, and outputs of outputs. */
#define ASKED_MAX 50

#define OUTPUTS "Outputs."

static struct json *new_string(const struct cdk_scope *scope, const char *string,
                               const struct json *where)
{
    return build_string(scope->cdk->arena, string, strlen(string), where);
}

/* {"Ref": …} */
static struct json *new_call(const struct cdk_scope *scope, const char *function,
                             struct json *argument, const struct json *where)
{
    struct json *call = build_value(scope->cdk->arena, JSON_OBJECT, where);

    build_add(call, function, argument);
    return call;
}

const char *cdk_name(const struct cdk_scope *scope, enum cdk_names names, const char *name)
{
    const char *found = map_find(&scope->names[names], name);

    return found ? found : name;
}

/* The value, where another one asks for it. */
static struct json *ask(struct cdk_scope *scope, struct cdk_value *value, const char *name,
                        const struct json *where)
{
    if (value->is_asked || *scope->depth >= ASKED_MAX) {
        cdk_error(scope->cdk, where, "what %s is goes too deep, or in a loop", name);
        return new_string(scope, "", where);
    }
    if (!value->is_known) {
        value->is_asked = true;
        (*scope->depth)++;
        value->result = cdk_rewrite(value->scope, value->source);
        (*scope->depth)--;
        value->is_asked = false;
        value->is_known = true;
    }
    return build_copy(scope->cdk->arena, value->result);
}

static struct json *refer(struct cdk_scope *scope, const char *name, const struct json *where)
{
    struct cdk_value *given = map_find(&scope->parameters, name);
    const char *known       = map_find(&scope->names[CDK_RESOURCES], name);

    if (given)
        return ask(scope, given, name, where);
    return new_call(scope, "Ref",
                    new_string(scope, known ? known : cdk_name(scope, CDK_PARAMETERS, name), where),
                    where);
}

static struct json *get_attribute(struct cdk_scope *scope, const char *id,
                                  const struct json *attribute, const struct json *where)
{
    const struct cdk_scope *nested = map_find(&scope->nested, id);
    struct cdk_value *output;
    struct json *list;

    if (nested && attribute->kind == JSON_STRING && text_behind(attribute->string, OUTPUTS)) {
        output = map_find(&nested->outputs, attribute->string + strlen(OUTPUTS));
        if (output)
            return ask(scope, output, attribute->string, where);
        cdk_error(scope->cdk, where, "the nested stack %s has no output %s", id,
                  attribute->string + strlen(OUTPUTS));
    }
    list = build_value(scope->cdk->arena, JSON_ARRAY, where);
    build_add(list, NULL, new_string(scope, cdk_name(scope, CDK_RESOURCES, id), where));
    build_add(list, NULL, cdk_rewrite(scope, attribute));
    return new_call(scope, "Fn::GetAtt", list, where);
}

static struct json *rewrite_ref(struct cdk_scope *scope, const struct json *argument)
{
    return argument->kind == JSON_STRING ? refer(scope, argument->string, argument) : NULL;
}

static struct json *rewrite_get_attribute(struct cdk_scope *scope, const struct json *argument)
{
    const char *dot = argument->kind == JSON_STRING ? strchr(argument->string, '.') : NULL;

    if (dot)
        return get_attribute(
            scope,
            arena_copy(scope->cdk->arena, argument->string, (size_t)(dot - argument->string)),
            new_string(scope, dot + 1, argument), argument);
    if (argument->kind == JSON_ARRAY && argument->count == 2 &&
        argument->first->kind == JSON_STRING)
        return get_attribute(scope, argument->first->string, argument->last, argument);
    return NULL;
}

/* Each name in the text becomes a variable whose value has the names of the whole. */
static void add_variables(struct cdk_scope *scope, const struct json *text, struct json *variables)
{
    for (const char *begin = strstr(text->string, "${"); begin; begin = strstr(begin + 2, "${")) {
        const char *end = strchr(begin, '}');
        const char *name;
        const char *dot;

        if (!end || begin[2] == '!')
            continue;
        name = arena_copy(scope->cdk->arena, begin + 2, (size_t)(end - begin - 2));
        dot  = strchr(name, '.');
        if (strncmp(name, "AWS::", 5) == 0 || json_find(variables, name))
            continue;
        build_add(variables, name,
                  dot ? get_attribute(scope,
                                      arena_copy(scope->cdk->arena, name, (size_t)(dot - name)),
                                      new_string(scope, dot + 1, text), text)
                      : refer(scope, name, text));
    }
}

static struct json *rewrite_sub(struct cdk_scope *scope, const struct json *argument)
{
    bool is_list            = argument->kind == JSON_ARRAY && argument->count == 2;
    const struct json *text = is_list ? argument->first : argument;
    struct json *variables;
    struct json *list;

    if (text->kind != JSON_STRING || (is_list && argument->last->kind != JSON_OBJECT))
        return NULL;
    variables = is_list ? cdk_rewrite(scope, argument->last)
                        : build_value(scope->cdk->arena, JSON_OBJECT, argument);
    add_variables(scope, text, variables);
    list = build_value(scope->cdk->arena, JSON_ARRAY, argument);
    build_add(list, NULL, build_copy(scope->cdk->arena, text));
    build_add(list, NULL, variables);
    return new_call(scope, "Fn::Sub", list, argument);
}

/* Of functions whose first argument is the name of a condition or mapping. */
static struct json *rewrite_first(struct cdk_scope *scope, const struct json *argument,
                                  const char *function, enum cdk_names names)
{
    struct json *list;

    if (argument->kind != JSON_ARRAY || !argument->first || argument->first->kind != JSON_STRING)
        return NULL;
    list = build_value(scope->cdk->arena, JSON_ARRAY, argument);
    build_add(list, NULL,
              new_string(scope, cdk_name(scope, names, argument->first->string), argument->first));
    for (const struct json *element = argument->first->next; element; element = element->next)
        build_add(list, NULL, cdk_rewrite(scope, element));
    return new_call(scope, function, list, argument);
}

static struct json *rewrite_if(struct cdk_scope *scope, const struct json *argument)
{
    return rewrite_first(scope, argument, "Fn::If", CDK_CONDITIONS);
}

static struct json *rewrite_find_in_map(struct cdk_scope *scope, const struct json *argument)
{
    return rewrite_first(scope, argument, "Fn::FindInMap", CDK_MAPPINGS);
}

static struct json *rewrite_condition(struct cdk_scope *scope, const struct json *argument)
{
    if (argument->kind != JSON_STRING)
        return NULL;
    return new_call(scope, "Condition",
                    new_string(scope, cdk_name(scope, CDK_CONDITIONS, argument->string), argument),
                    argument);
}

static struct json *rewrite_import(struct cdk_scope *scope, const struct json *argument)
{
    struct cdk_value *value =
        argument->kind == JSON_STRING ? map_find(scope->exports, argument->string) : NULL;

    return value ? ask(scope, value, argument->string, argument) : NULL;
}

static const struct {
    const char *name;
    struct json *(*rewrite)(struct cdk_scope *scope, const struct json *argument);
} functions[] = {
    {"Ref",             rewrite_ref          },
    {"Fn::GetAtt",      rewrite_get_attribute},
    {"Fn::Sub",         rewrite_sub          },
    {"Fn::If",          rewrite_if           },
    {"Fn::FindInMap",   rewrite_find_in_map  },
    {"Fn::ImportValue", rewrite_import       },
    {"Condition",       rewrite_condition    },
};

/* NULL if it is no function that has a name in it. */
static struct json *rewrite_function(struct cdk_scope *scope, const struct json *call)
{
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        if (strcmp(functions[i].name, call->name) == 0)
            return functions[i].rewrite(scope, call);
    }
    return NULL;
}

struct json *cdk_rewrite(struct cdk_scope *scope, const struct json *value)
{
    struct json *copy = value->kind == JSON_OBJECT && value->count == 1
                            ? rewrite_function(scope, value->first)
                            : NULL;

    if (copy)
        return copy;
    if (value->kind != JSON_OBJECT && value->kind != JSON_ARRAY)
        return build_copy(scope->cdk->arena, value);
    copy = build_value(scope->cdk->arena, value->kind, value);
    for (const struct json *child = value->first; child; child = child->next) {
        struct json *member = cdk_rewrite(scope, child);

        if (value->kind == JSON_OBJECT) {
            member->line   = child->line;
            member->column = child->column;
        }
        build_add(copy, child->name, member);
    }
    return copy;
}
