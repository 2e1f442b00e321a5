#include "template/print.h"

#include <string.h>

#include "base/text.h"
#include "template/evaluate.h"
#include "template/java_string.h"
#include "template/number.h"
#include "template/run.h"

static void print_list(struct mapping_run *run, const struct list *list, struct text *out)
{
    if (list->flavour == LIST_JSON) {
        print_json(run, value_list((struct list *)(uintptr_t)list), true, out);
        return;
    }
    if (list->flavour == LIST_ARRAY) { /* AWS?: Java prints an address; here it is always one */
        text_append_string(out, "[Ljava.lang.String;@1b2c3d4");
        return;
    }
    text_append_character(out, '[');
    for (size_t i = 0; i < list->count && !run->has_failed; i++) {
        if (i > 0)
            text_append_string(out, ", ");
        print_java(run, list->items[i], out);
    }
    text_append_character(out, ']');
}

static void print_entry(struct mapping_run *run, const struct object_entry *entry, struct text *out)
{
    print_java(run, entry->key, out);
    text_append_character(out, '=');
    print_java(run, entry->value, out);
}

static void print_map(struct mapping_run *run, const struct object *object, struct text *out)
{
    const struct object_entry *entry;
    size_t at    = 0;
    bool is_next = false;

    text_append_character(out, '{');
    while (!run->has_failed && (entry = object_next(object, &at))) {
        if (is_next)
            text_append_string(out, ", ");
        is_next = true;
        print_entry(run, entry, out);
    }
    text_append_character(out, '}');
}

static void print_by_kind(struct mapping_run *run, struct value value, struct text *out)
{
    switch (value.kind) {
    case VALUE_NULL:
        text_append_string(out, "null");
        break;
    case VALUE_BOOLEAN:
        text_append_string(out, value.boolean ? "true" : "false");
        break;
    case VALUE_INTEGER:
    case VALUE_LONG:
    case VALUE_BIG_INTEGER:
    case VALUE_DOUBLE:
    case VALUE_BIG_DECIMAL:
        number_print(value, out);
        break;
    case VALUE_STRING:
    case VALUE_CHARACTER:
        text_append(out, value.string, value.size);
        break;
    case VALUE_LIST:
        print_list(run, value.list, out);
        break;
    case VALUE_MAP:
        print_map(run, value.object, out);
        break;
    case VALUE_ENTRY:
        print_entry(run, value.entry, out);
        break;
    case VALUE_CLASS:
        text_append_string(out, "class ");
        text_append(out, value.string, value.size);
        break;
    case VALUE_BLOCK:
        evaluate_block(run, value.block, out);
        break;
    case VALUE_LOOP:
    case VALUE_ITERATOR: /* AWS?: a name and an address; $input and $util print nothing useful */
        text_append_string(out, value_class_name(value));
        break;
    case VALUE_INPUT:
    case VALUE_UTIL:
        break;
    }
}

void print_java(struct mapping_run *run, struct value value, struct text *out)
{
    if (!run_enter(run))
        return;
    if (run_count(run, 1 + value.size / 64) && run_check_size(run, out))
        print_by_kind(run, value, out);
    run_leave(run);
}

struct value print_to_string(struct mapping_run *run, struct value value)
{
    size_t start = run->scratch.size;
    struct value string;

    if (value.kind == VALUE_STRING)
        return value;
    print_java(run, value, &run->scratch);
    string = value_copy(run, text_string(&run->scratch) + start, run->scratch.size - start);
    run->scratch.size = start;
    return string;
}
