/* What every object has. */

#include "base/memory.h"
#include "template/method.h"
#include "template/print.h"
#include "template/property.h"

static struct value equals(const struct call *call)
{
    return value_boolean(value_equals(call->run, call->on, call->arguments[0]));
}

static struct value get_class(const struct call *call)
{
    return property_get(call->run, call->on, value_literal("class"));
}

static struct value hash_code(const struct call *call)
{
    return value_integer(value_hash_code(call->run, call->on));
}

static struct value to_string(const struct call *call)
{
    return print_to_string(call->run, call->on);
}

static const struct method methods[] = {
    {"equals",   1, 1, equals   },
    {"getClass", 0, 0, get_class},
    {"hashCode", 0, 0, hash_code},
    {"toString", 0, 0, to_string},
};

const struct method_table methods_of_all = {methods, ARRAY_SIZE(methods)};
