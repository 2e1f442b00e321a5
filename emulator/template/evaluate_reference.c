/* References: variables, properties, indexes, calls, and assignments to them. */

#include "base/text.h"
#include "template/evaluate.h"
#include "template/limits.h"
#include "template/print.h"
#include "template/program.h"
#include "template/property.h"
#include "template/run.h"

/* Arguments beyond this make no method that there is. */
#define ARGUMENTS_MAX 16

static struct value variable(struct mapping_run *run, size_t place)
{
    struct value value = run->variables[place];

    if (value.kind != VALUE_NULL)
        return value;
    if (place == VARIABLE_CONTEXT)
        return value_map(run_context(run));
    if (place == VARIABLE_STAGE_VARIABLES)
        return value_map(run_stage_variables(run));
    if (place == VARIABLE_INPUT)
        return (struct value){.kind = VALUE_INPUT};
    if (place == VARIABLE_UTIL)
        return (struct value){.kind = VALUE_UTIL};
    return value;
}

/* From the end if it is negative. False, after failing the run, where the list ends before it. */
static bool find_place(struct mapping_run *run, const struct list *list, int64_t index,
                       size_t *place)
{
    int64_t found = index < 0 ? index + (int64_t)list->count : index;

    if (found < 0 || found >= (int64_t)list->count)
        return run_fail(run, "index %lld is outside a list of %zu", (long long)index, list->count);
    *place = (size_t)found;
    return true;
}

static struct value get_index(struct mapping_run *run, struct value on, struct value index)
{
    size_t place = 0;

    if (on.kind == VALUE_MAP)
        return object_get(run, on.object, index);
    if (on.kind != VALUE_LIST || on.list->flavour == LIST_COLLECTION ||
        (index.kind != VALUE_INTEGER && index.kind != VALUE_LONG))
        return value_null();
    return find_place(run, on.list, index.integer, &place) ? on.list->items[place] : value_null();
}

static struct value call(struct mapping_run *run, struct value on, const struct step *step)
{
    struct value arguments[ARGUMENTS_MAX];
    struct call made = {.run = run, .on = on, .arguments = arguments, .path = step->path};

    for (const struct node *node = step->arguments; node; node = node->next) {
        struct value argument = evaluate_value(run, node);

        if (run->has_failed)
            return value_null();
        if (made.count < ARGUMENTS_MAX)
            arguments[made.count] = argument;
        made.count++;
    }
    return made.count <= ARGUMENTS_MAX ? method_call(step->methods, &made) : value_null();
}

static struct value take_step(struct mapping_run *run, struct value on, const struct step *step)
{
    struct value index;

    switch (step->kind) {
    case STEP_PROPERTY:
        return property_get(run, on, step->name);
    case STEP_METHOD:
        return call(run, on, step);
    case STEP_INDEX:
        index = evaluate_value(run, step->arguments);
        return run->has_failed ? value_null() : get_index(run, on, index);
    }
    return value_null();
}

/* Up to the step end; null on the way ends it, and what is behind isn't evaluated. */
static struct value walk(struct mapping_run *run, const struct node *node, const struct step *end)
{
    struct value value = variable(run, node->reference.variable);

    if (node->reference.steps == end)
        return value;
    if (!run_enter(run))
        return value_null();
    for (const struct step *step                                           = node->reference.steps;
         step != end && value.kind != VALUE_NULL && !run->has_failed; step = step->next) {
        value = run_count(run, 1) ? take_step(run, value, step) : value_null();
    }
    run_leave(run);
    return run->has_failed ? value_null() : value;
}

struct value evaluate_reference(struct mapping_run *run, const struct node *node)
{
    run->offset = node->offset;
    return walk(run, node, NULL);
}

void evaluate_print(struct mapping_run *run, const struct node *node, struct text *out)
{
    struct value value = evaluate_reference(run, node);

    if (value.kind == VALUE_STRING)
        text_append(out, value.string, value.size);
    else if (value.kind != VALUE_NULL)
        print_java(run, value, out);
}

static void assign_index(struct mapping_run *run, struct value on, struct value index,
                         struct value value)
{
    size_t place = 0;

    if (on.kind == VALUE_MAP)
        object_put(run, on.object, index, value);
    else if (on.kind == VALUE_LIST && on.list->flavour != LIST_COLLECTION &&
             (index.kind == VALUE_INTEGER || index.kind == VALUE_LONG) &&
             find_place(run, on.list, index.integer, &place))
        on.list->items[place] = value;
}

void evaluate_assignment(struct mapping_run *run, const struct node *target, struct value value)
{
    const struct step *last = target->reference.steps;
    struct value on;

    if (!last) {
        run->variables[target->reference.variable] = value;
        return;
    }
    while (last->next)
        last = last->next;
    on = walk(run, target, last);
    if (run->has_failed)
        return;
    if (last->kind == STEP_INDEX) {
        struct value index = evaluate_value(run, last->arguments);

        if (!run->has_failed)
            assign_index(run, on, index, value);
    } else if (last->kind == STEP_PROPERTY && on.kind == VALUE_MAP) {
        object_put(run, on.object, last->name, value);
    } else if (last->kind == STEP_PROPERTY && on.kind == VALUE_ENTRY &&
               value_is_text(last->name, "value")) {
        on.entry->value = value;
    }
}
