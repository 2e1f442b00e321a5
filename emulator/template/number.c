#include "template/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "template/decimal.h"
#include "template/run.h"

/* A double's digits, all of them: the smallest has 1074 places. */
#define EXACT_SIZE_MAX 1500

/* Whole numbers of so many digits fit 64 bits. */
#define LONG_DIGITS 18

static struct value from_decimal(struct mapping_run *run, const struct decimal *decimal,
                                 enum value_kind kind)
{
    SCOPED_TEXT text = {0};
    struct value value;

    decimal_print(decimal, &text);
    value      = value_copy(run, text_string(&text), text.size);
    value.kind = value.kind == VALUE_NULL ? VALUE_NULL : kind;
    return value;
}

struct value number_parse_whole(struct mapping_run *run, const char *digits, size_t size)
{
    SCOPED_TEXT text = {0};
    struct decimal decimal;
    long long number;

    text_append(&text, digits, size);
    number = strtoll(text_string(&text), NULL, 10);
    if (size <= LONG_DIGITS || (number != INT64_MAX && number != INT64_MIN))
        return value_whole(number);
    if (!decimal_parse(run, text_string(&text), text.size, &decimal))
        return value_null();
    text_clear(&text);
    decimal_print(&decimal, &text);
    if (number == strtoll(text_string(&text), NULL, 10)) {
        char again[24];

        snprintf(again, sizeof again, "%lld", number);
        if (text_equals(&text, again))
            return value_whole(number);
    }
    return from_decimal(run, &decimal, VALUE_BIG_INTEGER);
}

struct value number_parse_decimal(struct mapping_run *run, const char *spelling, size_t size,
                                  bool is_exact)
{
    SCOPED_TEXT text = {0};
    struct decimal decimal;

    text_append(&text, spelling, size);
    if (!is_exact)
        return value_double(strtod(text_string(&text), NULL));
    if (!decimal_parse(run, text_string(&text), text.size, &decimal))
        return value_null();
    return from_decimal(run, &decimal, VALUE_BIG_DECIMAL);
}

/* digits is d.ddd, of which trailing zeros don't count. */
static void print_plain(const char *digits, size_t size, int exponent, struct text *out)
{
    if (exponent < 0) {
        text_append_string(out, "0.");
        for (int i = -1; i > exponent; i--)
            text_append_character(out, '0');
        text_append(out, digits, size);
        return;
    }
    for (int i = 0; i <= exponent; i++)
        text_append_character(out, (size_t)i < size ? digits[i] : '0');
    text_append_character(out, '.');
    if ((size_t)exponent + 1 < size)
        text_append(out, digits + exponent + 1, size - (size_t)exponent - 1);
    else
        text_append_character(out, '0');
}

/* Java's Double.toString(): the fewest digits that mean the same number, as d.ddd below 10^7. */
void number_print_double(double number, struct text *out)
{
    char printed[40];
    char digits[40];
    size_t size = 0;
    int exponent;

    if (isnan(number) || isinf(number)) {
        text_append_string(out, isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(printed, sizeof printed, "%.*e", precision, fabs(number));
        if (strtod(printed, NULL) == fabs(number))
            break;
    }
    for (const char *at = printed; *at != 'e'; at++) {
        if (*at != '.')
            digits[size++] = *at;
    }
    while (size > 1 && digits[size - 1] == '0')
        size--;
    exponent = (int)strtol(strchr(printed, 'e') + 1, NULL, 10);
    if (signbit(number))
        text_append_character(out, '-');
    if (number == 0 || (exponent >= -3 && exponent < 7)) {
        print_plain(digits, size, exponent, out);
        return;
    }
    print_plain(digits, size, 0, out);
    text_append_format(out, "E%d", exponent);
}

void number_print(struct value number, struct text *out)
{
    if (number.kind == VALUE_DOUBLE)
        number_print_double(number.number, out);
    else if (number.kind == VALUE_INTEGER || number.kind == VALUE_LONG)
        text_append_number(out, number.integer);
    else
        text_append(out, number.string, number.size);
}

double number_as_double(struct value number)
{
    if (number.kind == VALUE_DOUBLE)
        return number.number;
    if (number.kind == VALUE_INTEGER || number.kind == VALUE_LONG)
        return (double)number.integer;
    return strtod(number.string, NULL); /* whoever makes a big number puts a NUL behind it */
}

/* The low 64 bits of a big number, of which a fraction is cut off. */
static int64_t low_bits(struct mapping_run *run, struct value number)
{
    struct decimal decimal;
    uint64_t bits = 0;
    size_t size;

    if (!decimal_parse(run, number.string, number.size, &decimal))
        return 0;
    size = decimal.scale < 0 || (size_t)decimal.scale < decimal.size
               ? decimal.size - (size_t)(decimal.scale > 0 ? decimal.scale : 0)
               : 0;
    for (size_t i = 0; i < size; i++)
        bits = bits * 10 + (uint64_t)(decimal.digits[i] - '0');
    for (long i = decimal.scale; i < 0 && i > -64 && bits != 0; i++)
        bits *= 10;
    if (decimal.scale <= -64)
        bits = 0;
    return (int64_t)(decimal.is_negative ? 0 - bits : bits);
}

int64_t number_as_long(struct mapping_run *run, struct value number)
{
    if (number.kind == VALUE_INTEGER || number.kind == VALUE_LONG)
        return number.integer;
    if (number.kind != VALUE_DOUBLE)
        return low_bits(run, number);
    if (isnan(number.number))
        return 0;
    if (number.number >= 9223372036854775808.0)
        return INT64_MAX;
    return number.number <= -9223372036854775808.0 ? INT64_MIN : (int64_t)number.number;
}

static bool to_decimal(struct mapping_run *run, struct value number, struct decimal *decimal)
{
    char digits[EXACT_SIZE_MAX];
    int size;

    if (number.kind == VALUE_BIG_INTEGER || number.kind == VALUE_BIG_DECIMAL)
        return decimal_parse(run, number.string, number.size, decimal);
    if (number.kind != VALUE_DOUBLE) {
        size = snprintf(digits, sizeof digits, "%lld", (long long)number.integer);
        return decimal_parse(run, digits, (size_t)size, decimal);
    }
    if (!isfinite(number.number))
        return run_fail(run, "there is no such decimal number as NaN or Infinity");
    size = snprintf(digits, sizeof digits, "%.1074f", number.number);
    while (size > 1 && digits[size - 1] == '0' && digits[size - 2] != '.')
        size--;
    return decimal_parse(run, digits, (size_t)size, decimal);
}

/* As BigInteger.mod(): never negative, and not for negative divisors. */
static bool modulo(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                   struct decimal *result)
{
    struct decimal quotient;
    struct decimal product;
    struct decimal rest;

    if (b->is_negative || !decimal_divide(run, a, b, false, &quotient) ||
        !decimal_multiply(run, &quotient, b, &product))
        return false;
    product.is_negative = product.size > 0 && !product.is_negative;
    if (!decimal_add(run, a, &product, &rest))
        return false;
    *result = rest;
    return !rest.is_negative || decimal_add(run, &rest, b, result);
}

static struct value calculate_decimal(struct mapping_run *run, enum number_operation operation,
                                      struct value a, struct value b, enum value_kind kind)
{
    struct decimal left;
    struct decimal right;
    struct decimal result = {0};
    bool is_done          = false;

    if (!to_decimal(run, a, &left) || !to_decimal(run, b, &right))
        return value_null();
    if ((operation == NUMBER_DIVIDE || operation == NUMBER_MODULO) && right.size == 0)
        return value_null();
    switch (operation) {
    case NUMBER_SUBTRACT:
        right.is_negative = right.size > 0 && !right.is_negative;
        is_done           = decimal_add(run, &left, &right, &result);
        break;
    case NUMBER_ADD:
        is_done = decimal_add(run, &left, &right, &result);
        break;
    case NUMBER_MULTIPLY:
        is_done = decimal_multiply(run, &left, &right, &result);
        break;
    case NUMBER_DIVIDE:
        is_done = decimal_divide(run, &left, &right, kind == VALUE_BIG_DECIMAL, &result);
        break;
    case NUMBER_MODULO: /* BigDecimals have none */
        is_done = kind == VALUE_BIG_INTEGER && modulo(run, &left, &right, &result);
        break;
    }
    return is_done ? from_decimal(run, &result, kind) : value_null();
}

static struct value calculate_double(enum number_operation operation, double a, double b)
{
    switch (operation) {
    case NUMBER_ADD:
        return value_double(a + b);
    case NUMBER_SUBTRACT:
        return value_double(a - b);
    case NUMBER_MULTIPLY:
        return value_double(a * b);
    case NUMBER_DIVIDE:
        return b == 0 ? value_null() : value_double(a / b);
    case NUMBER_MODULO:
        return b == 0 ? value_null() : value_double(fmod(a, b));
    }
    return value_null();
}

/* The result has the larger of the two kinds, or the next one that can hold it. */
static struct value calculate_long(struct mapping_run *run, enum number_operation operation,
                                   struct value a, struct value b)
{
    bool is_long      = a.kind == VALUE_LONG || b.kind == VALUE_LONG;
    bool is_too_large = false;
    int64_t result    = 0;
    struct value value;

    switch (operation) {
    case NUMBER_ADD:
        is_too_large = __builtin_add_overflow(a.integer, b.integer, &result);
        break;
    case NUMBER_SUBTRACT:
        is_too_large = __builtin_sub_overflow(a.integer, b.integer, &result);
        break;
    case NUMBER_MULTIPLY:
        is_too_large = __builtin_mul_overflow(a.integer, b.integer, &result);
        break;
    case NUMBER_DIVIDE:
    case NUMBER_MODULO:
        if (b.integer == 0)
            return value_null();
        if (b.integer == -1) /* where INT64_MIN would trap */
            result = operation == NUMBER_DIVIDE ? (int64_t)(0 - (uint64_t)a.integer) : 0;
        else
            result = operation == NUMBER_DIVIDE ? a.integer / b.integer : a.integer % b.integer;
        break;
    }
    if (is_too_large)
        return calculate_decimal(run, operation, a, b, VALUE_BIG_INTEGER);
    value = value_whole(result);
    if (is_long)
        value.kind = VALUE_LONG;
    return value;
}

struct value number_calculate(struct mapping_run *run, enum number_operation operation,
                              struct value a, struct value b)
{
    if (a.kind == VALUE_BIG_DECIMAL || b.kind == VALUE_BIG_DECIMAL)
        return calculate_decimal(run, operation, a, b, VALUE_BIG_DECIMAL);
    if (a.kind == VALUE_DOUBLE || b.kind == VALUE_DOUBLE)
        return calculate_double(operation, number_as_double(a), number_as_double(b));
    if (a.kind == VALUE_BIG_INTEGER || b.kind == VALUE_BIG_INTEGER)
        return calculate_decimal(run, operation, a, b, VALUE_BIG_INTEGER);
    return calculate_long(run, operation, a, b);
}

int number_compare(struct mapping_run *run, struct value a, struct value b)
{
    struct decimal left;
    struct decimal right;

    if (a.kind <= VALUE_LONG && b.kind <= VALUE_LONG)
        return a.integer < b.integer ? -1 : a.integer > b.integer;
    if ((a.kind == VALUE_DOUBLE || b.kind == VALUE_DOUBLE) && a.kind != VALUE_BIG_DECIMAL &&
        b.kind != VALUE_BIG_DECIMAL) {
        double x = number_as_double(a);
        double y = number_as_double(b);

        return x < y ? -1 : x > y;
    }
    if (!to_decimal(run, a, &left) || !to_decimal(run, b, &right))
        return 0;
    return decimal_compare(run, &left, &right);
}
