/* What stands in the parentheses of directives and methods. */

#include "base/text.h"
#include "template/evaluate.h"
#include "template/number.h"
#include "template/print.h"
#include "template/program.h"
#include "template/run.h"

static struct value evaluate_string(struct mapping_run *run, const struct node *node)
{
    size_t start = run->scratch.size;
    struct value value;

    evaluate_block(run, &node->string, &run->scratch);
    value = value_copy(run, text_string(&run->scratch) + start, run->scratch.size - start);
    run->scratch.size = start;
    return value;
}

static struct value evaluate_list(struct mapping_run *run, const struct node *node)
{
    struct list *list = list_new(run, LIST_PLAIN, node->items.count);

    for (const struct node *item = node->items.first; list && item; item = item->next) {
        struct value value = evaluate_value(run, item);

        if (run->has_failed || !list_add(run, list, value))
            return value_null();
    }
    return list ? value_list(list) : value_null();
}

static struct value evaluate_map(struct mapping_run *run, const struct node *node)
{
    struct object *object = object_new(run);

    for (const struct node *item = node->items.first; object && item; item = item->next->next) {
        struct value key   = evaluate_value(run, item);
        struct value value = evaluate_value(run, item->next);

        if (run->has_failed)
            return value_null();
        object_put(run, object, key, value);
    }
    return object && !run->has_failed ? value_map(object) : value_null();
}

static struct value evaluate_range(struct mapping_run *run, const struct node *node)
{
    struct value first = evaluate_value(run, node->operands.left);
    struct value last  = evaluate_value(run, node->operands.right);
    int64_t step;
    int64_t count;
    struct list *list;

    if (!value_is_number(first) || !value_is_number(last))
        return value_null();
    first = value_integer((int32_t)number_as_long(run, first));
    last  = value_integer((int32_t)number_as_long(run, last));
    step  = first.integer <= last.integer ? 1 : -1;
    count = (last.integer - first.integer) * step + 1;
    if (!run_count(run, (size_t)count))
        return value_null();
    list = list_new(run, LIST_PLAIN, (size_t)count);
    for (int64_t i = 0; list && i < count; i++)
        list_add(run, list, value_integer((int32_t)(first.integer + step * i)));
    return list ? value_list(list) : value_null();
}

static struct value concatenate(struct mapping_run *run, struct value a, struct value b)
{
    struct value left  = print_to_string(run, a.kind == VALUE_NULL ? value_literal("") : a);
    struct value right = print_to_string(run, b.kind == VALUE_NULL ? value_literal("") : b);
    size_t start       = run->scratch.size;
    struct value value;

    if (run->has_failed)
        return value_null();
    text_append(&run->scratch, left.string, left.size);
    text_append(&run->scratch, right.string, right.size);
    value             = run_check_size(run, &run->scratch)
                            ? value_copy(run, run->scratch.data + start, run->scratch.size - start)
                            : value_null();
    run->scratch.size = start;
    return value;
}

static struct value calculate(struct mapping_run *run, const struct node *node)
{
    struct value a = evaluate_value(run, node->operands.left);
    struct value b = evaluate_value(run, node->operands.right);

    if (run->has_failed)
        return value_null();
    if (node->operation == NUMBER_ADD && (a.kind == VALUE_STRING || b.kind == VALUE_STRING))
        return concatenate(run, a, b);
    if (!value_is_number(a) || !value_is_number(b))
        return value_null();
    return number_calculate(run, node->operation, a, b);
}

/* Which values have classes of which one is assignable to the other. */
static bool are_alike(struct value a, struct value b)
{
    return a.kind == b.kind;
}

static bool are_equal(struct mapping_run *run, const struct node *node)
{
    struct value a = evaluate_value(run, node->operands.left);
    struct value b = evaluate_value(run, node->operands.right);
    struct value left;
    struct value right;

    if (run->has_failed)
        return false;
    if (value_is_number(a) && value_is_number(b))
        return number_compare(run, a, b) == 0;
    if (are_alike(a, b))
        return value_equals(run, a, b);
    if (a.kind == VALUE_NULL || b.kind == VALUE_NULL)
        return false;
    left  = print_to_string(run, a);
    right = print_to_string(run, b);
    return !run->has_failed && value_equals(run, left, right);
}

/* Numbers have an order, and nothing else has. */
static bool compare(struct mapping_run *run, const struct node *node)
{
    struct value a = evaluate_value(run, node->operands.left);
    struct value b = evaluate_value(run, node->operands.right);
    int order;

    if (run->has_failed || !value_is_number(a) || !value_is_number(b))
        return false;
    order = number_compare(run, a, b);
    switch ((int)node->kind) {
    case NODE_LESS:
        return order < 0;
    case NODE_LESS_EQUAL:
        return order <= 0;
    case NODE_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

bool evaluate_condition(struct mapping_run *run, const struct node *node)
{
    struct value value;

    if (!run_count(run, 1))
        return false;
    switch ((int)node->kind) {
    case NODE_REFERENCE:
        value = evaluate_value(run, node);
        return value.kind != VALUE_BOOLEAN || value.boolean;
    case NODE_CONSTANT: /* AWS: a string or number that stands alone is false */
        return node->constant.kind == VALUE_BOOLEAN && node->constant.boolean;
    case NODE_EQUAL:
        return are_equal(run, node);
    case NODE_NOT_EQUAL:
        return !are_equal(run, node);
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
        return compare(run, node);
    case NODE_AND:
        return evaluate_condition(run, node->operands.left) && !run->has_failed &&
               evaluate_condition(run, node->operands.right);
    case NODE_OR:
        return evaluate_condition(run, node->operands.left) ||
               (!run->has_failed && evaluate_condition(run, node->operands.right));
    case NODE_NOT:
        return !evaluate_condition(run, node->operands.left);
    default:
        return false;
    }
}

struct value evaluate_value(struct mapping_run *run, const struct node *node)
{
    struct value value;

    if (!run_count(run, 1))
        return value_null();
    switch ((int)node->kind) {
    case NODE_REFERENCE:
        value = evaluate_reference(run, node);
        return value.kind == VALUE_NULL ? value_literal("") : value;
    case NODE_CONSTANT:
        return node->constant;
    case NODE_STRING:
        return evaluate_string(run, node);
    case NODE_LIST:
        return evaluate_list(run, node);
    case NODE_RANGE:
        return evaluate_range(run, node);
    case NODE_MAP:
        return evaluate_map(run, node);
    case NODE_CALCULATION:
        return calculate(run, node);
    default:
        return value_boolean(evaluate_condition(run, node));
    }
}
