#pragma once

/*
 * Numbers as Java has them: Integer, Long and BigInteger by size, Double, and BigDecimal for JSON
 * decimals of more digits than a double holds. Calculation as Velocity's MathUtils does it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "template/value.h"

static inline bool value_is_number(struct value value)
{
    return value.kind >= VALUE_INTEGER && value.kind <= VALUE_BIG_DECIMAL;
}

/* The whole number that digits (perhaps with a minus in front) spell. */
struct value number_parse_whole(struct mapping_run *run, const char *digits, size_t size);

/* The decimal number that is spelled, which has a fraction or an exponent: a BigDecimal if
 * is_exact, otherwise a Double. */
struct value number_parse_decimal(struct mapping_run *run, const char *spelling, size_t size,
                                  bool is_exact);

/* Appends it as Java's toString() does. */
void number_print(struct value number, struct text *out);
void number_print_double(double number, struct text *out);

double number_as_double(struct value number);

/* intValue(), longValue(): of what doesn't fit the low bits; of a Double the nearest. */
int64_t number_as_long(struct mapping_run *run, struct value number);

enum number_operation {
    NUMBER_ADD,
    NUMBER_SUBTRACT,
    NUMBER_MULTIPLY,
    NUMBER_DIVIDE,
    NUMBER_MODULO
};

/* Null where the divisor is 0, or where Velocity knows no answer. */
struct value number_calculate(struct mapping_run *run, enum number_operation operation,
                              struct value a, struct value b);

/* Less than, equal to, or greater than 0. */
int number_compare(struct mapping_run *run, struct value a, struct value b);
