#include "template/method.h"

#include <stdlib.h>
#include <string.h>

#include "template/run.h"

static const struct method_table *const tables[METHOD_FAMILIES] = {
    [METHODS_OF_ALL] = &methods_of_all,         [METHODS_OF_STRINGS] = &methods_of_strings,
    [METHODS_OF_NUMBERS] = &methods_of_numbers, [METHODS_OF_BOOLEANS] = &methods_of_booleans,
    [METHODS_OF_LISTS] = &methods_of_lists,     [METHODS_OF_MAPS] = &methods_of_maps,
    [METHODS_OF_OTHERS] = &methods_of_others,   [METHODS_OF_INPUT] = &methods_of_input,
    [METHODS_OF_UTIL] = &methods_of_util,
};

struct wanted {
    const char *name;
    size_t size;
};

static int compare_names(const void *key, const void *row)
{
    const struct wanted *wanted = key;
    const char *name            = ((const struct method *)row)->name;
    int order                   = strncmp(wanted->name, name, wanted->size);

    return order != 0 ? order : name[wanted->size] == '\0' ? 0 : -1;
}

void method_find(const char *name, size_t size, const struct method *methods[METHOD_FAMILIES])
{
    struct wanted wanted = {name, size};

    for (size_t i = 0; i < METHOD_FAMILIES; i++)
        methods[i] = bsearch(&wanted, tables[i]->methods, tables[i]->count,
                             sizeof *tables[i]->methods, compare_names);
}

enum method_family method_family(struct value value)
{
    switch (value.kind) {
    case VALUE_STRING:
        return METHODS_OF_STRINGS;
    case VALUE_INTEGER:
    case VALUE_LONG:
    case VALUE_BIG_INTEGER:
    case VALUE_DOUBLE:
    case VALUE_BIG_DECIMAL:
        return METHODS_OF_NUMBERS;
    case VALUE_BOOLEAN:
        return METHODS_OF_BOOLEANS;
    case VALUE_LIST:
        return METHODS_OF_LISTS;
    case VALUE_MAP:
        return METHODS_OF_MAPS;
    case VALUE_INPUT:
        return METHODS_OF_INPUT;
    case VALUE_UTIL:
        return METHODS_OF_UTIL;
    case VALUE_NULL:
    case VALUE_CHARACTER:
    case VALUE_ITERATOR:
    case VALUE_ENTRY:
    case VALUE_LOOP:
    case VALUE_BLOCK:
    case VALUE_CLASS:
        break;
    }
    return METHODS_OF_OTHERS;
}

struct value method_call(const struct method *const methods[METHOD_FAMILIES],
                         const struct call *call)
{
    const struct method *method = methods[method_family(call->on)];

    if (!method)
        method = methods[METHODS_OF_ALL];
    if (!method || call->count < method->least || call->count > method->most)
        return value_null();
    return method->call(call);
}

bool argument_integer(const struct call *call, size_t index, long *integer)
{
    struct value value = index < call->count ? call->arguments[index] : value_null();

    if (value.kind != VALUE_INTEGER && value.kind != VALUE_LONG)
        return false;
    *integer = value.integer;
    return true;
}

bool argument_is_string(const struct call *call, size_t index)
{
    return index < call->count && call->arguments[index].kind == VALUE_STRING;
}
