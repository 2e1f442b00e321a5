/* Integer, Long, BigInteger, Double, BigDecimal and Boolean. */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "template/method.h"
#include "template/run.h"

static struct value as_boolean(const struct call *call)
{
    return call->on;
}

static struct value compare_to(const struct call *call)
{
    if (call->arguments[0].kind != call->on.kind)
        return value_null();
    return value_integer(number_compare(call->run, call->on, call->arguments[0]));
}

static struct value compare_booleans(const struct call *call)
{
    if (call->arguments[0].kind != VALUE_BOOLEAN)
        return value_null();
    return value_integer((int)call->on.boolean - (int)call->arguments[0].boolean);
}

static struct value double_value(const struct call *call)
{
    return value_double(number_as_double(call->on));
}

static struct value int_value(const struct call *call)
{
    int64_t number = number_as_long(call->run, call->on);

    if (call->on.kind == VALUE_DOUBLE && number > INT32_MAX)
        number = INT32_MAX;
    if (call->on.kind == VALUE_DOUBLE && number < INT32_MIN)
        number = INT32_MIN;
    return value_integer((int32_t)(uint64_t)number);
}

static struct value long_value(const struct call *call)
{
    return (struct value){.kind = VALUE_LONG, .integer = number_as_long(call->run, call->on)};
}

static struct value is_nan(const struct call *call)
{
    if (call->on.kind != VALUE_DOUBLE)
        return value_null();
    return value_boolean(call->on.number != call->on.number);
}

/* A text of digits, with a sign in front; the static parseInt() is reachable through any Integer.
 */
static struct value parse_whole(const struct call *call)
{
    struct value text = call->arguments[0];
    size_t sign       = text.kind == VALUE_STRING && text.size > 0 && strchr("+-", *text.string) &&
                  *text.string != '\0';
    struct value number;

    if (text.kind != VALUE_STRING)
        return value_null();
    for (size_t i = sign; i < text.size; i++) {
        if (text.string[i] < '0' || text.string[i] > '9')
            run_fail(call->run, "not a whole number: \"%.*s\"",
                     (int)(text.size < 40 ? text.size : 40), text.string);
    }
    if (text.size == sign)
        run_fail(call->run, "not a whole number: an empty text");
    if (call->run->has_failed)
        return value_null();
    if (*text.string == '+')
        text = value_string(text.string + 1, text.size - 1);
    number = number_parse_whole(call->run, text.string, text.size);
    if (number.kind > call->on.kind)
        run_fail(call->run, "the number \"%.*s\" is too large",
                 (int)(text.size < 40 ? text.size : 40), text.string);
    return number;
}

static struct value parse_integer(const struct call *call)
{
    return call->on.kind == VALUE_INTEGER ? parse_whole(call) : value_null();
}

static struct value parse_long(const struct call *call)
{
    struct value number = call->on.kind == VALUE_LONG ? parse_whole(call) : value_null();

    if (number.kind == VALUE_INTEGER)
        number.kind = VALUE_LONG;
    return number;
}

static struct value parse_double(const struct call *call)
{
    struct value text    = call->arguments[0];
    SCOPED_TEXT spelling = {0};
    char *end;
    double number;

    if (call->on.kind != VALUE_DOUBLE || text.kind != VALUE_STRING)
        return value_null();
    text_append(&spelling, text.string, text.size);
    number = strtod(text_string(&spelling), &end);
    if (end == text_string(&spelling) || *end != '\0')
        run_fail(call->run, "not a number: \"%.40s\"", text_string(&spelling));
    return value_double(number);
}

static struct value value_of(const struct call *call)
{
    if (value_is_number(call->arguments[0]))
        return call->arguments[0].kind == call->on.kind ? call->arguments[0] : value_null();
    if (call->on.kind == VALUE_INTEGER)
        return parse_integer(call);
    return call->on.kind == VALUE_LONG ? parse_long(call) : parse_double(call);
}

static struct value parse_boolean(const struct call *call)
{
    struct value text = call->arguments[0];

    if (text.kind != VALUE_STRING)
        return value_null();
    return value_boolean(text.size == 4 && strncasecmp(text.string, "true", 4) == 0);
}

static const struct method numbers[] = {
    {"compareTo",   1, 1, compare_to   },
    {"doubleValue", 0, 0, double_value },
    {"floatValue",  0, 0, double_value },
    {"intValue",    0, 0, int_value    },
    {"isNaN",       0, 0, is_nan       },
    {"longValue",   0, 0, long_value   },
    {"parseDouble", 1, 1, parse_double },
    {"parseInt",    1, 1, parse_integer},
    {"parseLong",   1, 1, parse_long   },
    {"valueOf",     1, 1, value_of     },
};

static const struct method booleans[] = {
    {"booleanValue", 0, 0, as_boolean      },
    {"compareTo",    1, 1, compare_booleans},
    {"parseBoolean", 1, 1, parse_boolean   },
    {"valueOf",      1, 1, parse_boolean   },
};

const struct method_table methods_of_numbers  = {numbers, ARRAY_SIZE(numbers)};
const struct method_table methods_of_booleans = {booleans, ARRAY_SIZE(booleans)};
