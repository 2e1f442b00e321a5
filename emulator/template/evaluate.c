/* Text and directives. */

#include "template/evaluate.h"

#include "base/text.h"
#include "template/limits.h"
#include "template/print.h"
#include "template/program.h"
#include "template/run.h"

static void evaluate_if(struct mapping_run *run, const struct node *node, struct text *out)
{
    for (const struct branch *branch = node->branches; branch; branch = branch->next) {
        bool is_chosen = !branch->condition || evaluate_condition(run, branch->condition);

        if (run->has_failed)
            return;
        if (is_chosen) {
            evaluate_block(run, &branch->block, out);
            return;
        }
    }
}

/* What #foreach walks over: a list, the values of a map, or nothing. A copy, since the block may
 * change the list (in Java that would fail). */
static struct list *walked_list(struct mapping_run *run, struct value value)
{
    struct list *list;

    if (value.kind == VALUE_MAP) {
        const struct object_entry *entry;
        size_t at = 0;

        list = list_new(run, LIST_PLAIN, value.object->count);
        while (list && (entry = object_next(value.object, &at)))
            list_add(run, list, entry->value);
        return list;
    }
    if (value.kind != VALUE_LIST && value.kind != VALUE_ITERATOR)
        return NULL;
    list = list_new(run, LIST_PLAIN, value.list->count);
    for (size_t i = 0; list && i < value.list->count; i++)
        list_add(run, list, value.list->items[i]);
    return list;
}

static void make_rounds(struct mapping_run *run, const struct node *node, const struct list *list,
                        struct text *out)
{
    struct foreach_state state = {.parent = run->loop};
    struct foreach_state *kept = run_allocate(run, sizeof *kept);
    struct value *variables    = run->variables;

    if (!kept)
        return;
    *kept     = state;
    run->loop = kept;
    for (size_t i = 0; i < list->count && i < FOREACH_ROUNDS_MAX && run->flow == RUN_ON; i++) {
        kept->index                       = i;
        kept->has_next                    = i + 1 < list->count;
        variables[VARIABLE_FOREACH]       = (struct value){.kind = VALUE_LOOP, .loop = kept};
        variables[VARIABLE_COUNT]         = value_integer((int32_t)i + 1);
        variables[VARIABLE_HAS_NEXT]      = value_boolean(kept->has_next);
        variables[node->foreach.variable] = list->items[i];
        if (!run_count(run, 1))
            break;
        evaluate_block(run, &node->foreach.block, out);
        if (run->has_failed)
            break;
    }
    if (run->flow == RUN_BREAK)
        run->flow = RUN_ON;
    run->loop = kept->parent;
}

static void evaluate_foreach(struct mapping_run *run, const struct node *node, struct text *out)
{
    struct value *variables = run->variables;
    struct value loop       = variables[VARIABLE_FOREACH];
    struct value count      = variables[VARIABLE_COUNT];
    struct value has_next   = variables[VARIABLE_HAS_NEXT];
    struct value element    = variables[node->foreach.variable];
    struct value value;
    const struct list *list;

    if (!node->foreach.list)
        return;
    value = evaluate_value(run, node->foreach.list);
    list  = run->has_failed ? NULL : walked_list(run, value);
    if (!list || run->has_failed)
        return;
    make_rounds(run, node, list, out);
    variables[VARIABLE_FOREACH]       = loop;
    variables[VARIABLE_COUNT]         = count;
    variables[VARIABLE_HAS_NEXT]      = has_next;
    variables[node->foreach.variable] = element;
}

static void evaluate_set(struct mapping_run *run, const struct node *node)
{
    struct value value = evaluate_value(run, node->set.value);

    if (!run->has_failed && value.kind != VALUE_NULL && node->set.target)
        evaluate_assignment(run, node->set.target, value);
}

static void evaluate_node(struct mapping_run *run, const struct node *node, struct text *out)
{
    switch ((int)node->kind) {
    case NODE_TEXT:
        text_append(out, node->constant.string, node->constant.size);
        break;
    case NODE_REFERENCE:
        evaluate_print(run, node, out);
        break;
    case NODE_SET:
        evaluate_set(run, node);
        break;
    case NODE_IF:
        evaluate_if(run, node, out);
        break;
    case NODE_FOREACH:
        evaluate_foreach(run, node, out);
        break;
    case NODE_DEFINE:
        run->variables[node->define.variable] =
            (struct value){.kind = VALUE_BLOCK, .block = &node->define.block};
        break;
    case NODE_BREAK:
        run->flow = run->loop ? RUN_BREAK : RUN_STOP;
        break;
    case NODE_STOP:
        run->flow = RUN_STOP;
        break;
    case NODE_REFUSED: /* AWS?: there is nothing that could be found, so that it fails */
        run_fail(run, "#parse and #include find nothing in API Gateway");
        break;
    default:
        break;
    }
}

void evaluate_block(struct mapping_run *run, const struct block *block, struct text *out)
{
    if (!run_enter(run))
        return;
    for (const struct node *node = block->first; node; node = node->next) {
        run->offset = node->offset;
        if (!run_count(run, 1))
            break;
        evaluate_node(run, node, out);
        if (run->has_failed || run->flow != RUN_ON || !run_check_size(run, out))
            break;
    }
    run_leave(run);
}
